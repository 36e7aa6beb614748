#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Connections of HTTP/2 under TLS that were there before the sensor refer to a name that it has not seen:
# their requests are counted for the service that others ask by name at that listener, for the
# endpoints that those have shown, before and after; the rest stays under the address. HTTP/1.0 without
# Host is of the service of its handshake, but adds nothing to one that others ask by name.
. "$(dirname "$0")/lib.sh"
need nginx node jq curl openssl

NAMED=120 # requests by name: more than a listener needs to be sure
SERVICE=api.test:8444
ADDRESS=$GATEWAY:8444

on_fail() {
	api endpoints | jq -c '.items[] | [.service, .template, .requests]' || true
	api status | jq -c '.counters | .stream, .tls, .endpoint | map_values(select(. > 0))' || true
	daemon_log 10
	cat "$WORK/client.log"
}

# start_client: one connection, open until the test ends, that asks for each path it reads.
start_client() {
	cat >"$WORK/client.js" <<-'JS'
		const http2 = require('http2'), readline = require('readline');
		const session = http2.connect(process.argv[2], {rejectUnauthorized: false, servername: 'api.test'});
		readline.createInterface({input: process.stdin}).on('line', path => {
			const stream = session.request({':path': path, ':authority': process.argv[3]});
			stream.resume();
			stream.on('end', () => console.log('done ' + path));
		});
	JS
	mkfifo "$WORK/paths"
	peer node "$WORK/client.js" "https://$ADDRESS" $SERVICE <"$WORK/paths" >"$WORK/client.log" 2>&1 &
	exec 7>"$WORK/paths"
}

# ask_late PATH...: over the connection that was there before.
ask_late() {
	local path
	for path in "$@"; do
		echo "$path" >&7
		wait_until 5 grep -qFx "done $path" "$WORK/client.log"
	done
}

# ask_named PATH: may be a range of curl's.
ask_named() {
	peer curl -sfk --http2 -o /dev/null --connect-to "$SERVICE:$ADDRESS" "https://$SERVICE$1" ||
		fail "no answer to $1"
}

# ask_old NAME PORT PATH: HTTP/1.0 without Host over a connection whose handshake names NAME.
ask_old() {
	printf 'GET %s HTTP/1.0\r\n\r\n' "$3" >"$WORK/request"
	peer timeout 5 openssl s_client -connect "$GATEWAY:$2" -servername "$1" -alpn http/1.1 -quiet \
		-ign_eof <"$WORK/request" >"$WORK/out" 2>/dev/null || true
	grep -q '200 OK' "$WORK/out" || fail "no answer to $3"
}

# requests SERVICE TEMPLATE: of that endpoint; 0: there is none.
requests() {
	api 'endpoints?limit=1000' | jq "[.items[] | select(.service == \"$1\" and
		.template == \"$2\").requests] | add // 0"
}
counts() { (($(requests "$1" "$2") == $3)); }

make_sandbox
mkdir -p "$WORK/nginx"
echo 'listen 8444 ssl http2;' >"$WORK/nginx/location.conf"
start_nginx
start_client
ask_late /v1/before /v1/before/two # its table holds the name now
start_yagurad --mode observe
ready=0
is_read() {
	ready=$((ready + 1))
	ask_late "/v1/items/$((1000 + ready))"
	(($(requests "$ADDRESS" '/v1/items/{id}') + $(requests "$ADDRESS" "/v1/items/$((1000 + ready))") > 0))
}
wait_until 20 is_read
ask_late /v1/items/{7,19,23,58,64} /v1/late/only
wait_until 10 counts "$ADDRESS" /v1/late/only 1
late=0
until (($(requests "$ADDRESS" '/v1/items/{id}') == late && late > 0)); do
	late=$(requests "$ADDRESS" '/v1/items/{id}')
	sleep 2 # endpoints are told once a second
done
((late >= 5)) || fail "$late requests under the address before anybody asked by name"
ask_named "/v1/items/[100-$((100 + NAMED - 1))]"
wait_until 20 counts $SERVICE '/v1/items/{id}' $((NAMED + late))
counts "$ADDRESS" '/v1/items/{id}' 0 || fail "what went over stayed, too"
ask_late /v1/items/{71,72,73}
wait_until 10 counts $SERVICE '/v1/items/{id}' $((NAMED + late + 3))
counts "$ADDRESS" '/v1/items/{id}' 0 || fail "a second endpoint grows under the address"
counts "$ADDRESS" /v1/late/only 1 || fail "what nobody asked by name left the address"
ask_old old.test 8443 /v1/old/state
wait_until 10 counts old.test:8443 /v1/old/state 1
ask_old api.test 8444 /v1/intruder
wait_until 10 counts "$ADDRESS" /v1/intruder 1
counts $SERVICE /v1/intruder 0 || fail "a client without Host has written into $SERVICE"
api 'samples?limit=1000' | jq -e '[.items[] | select(.service_from == "listener") | .target] | length >= 3' \
	>/dev/null || fail "samples do not say whence the name comes"
(($(counter endpoint.named_listener) >= 3)) || fail "nothing was named by its listener"
echo "PASS: $((late + 3)) requests of a connection joined late are $SERVICE's, $late of them learned before" \
	"it was named; what only they asked for stays under $ADDRESS"
