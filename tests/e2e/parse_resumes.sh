#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Exchanges of resumed connections, and those that come as early data with the hello itself (0-RTT),
# have the JA4, name and addresses of their own handshake; each is seen once.
. "$(dirname "$0")/lib.sh"
need nginx openssl jq

TIMES=5

on_fail() {
	api 'samples?limit=100' | jq -c '.items[] | [.target, .client, .client_port, .ja4, .tls_version]'
	daemon_log 10
	tail -n 5 "$WORK"/nginx/*.log "$WORK/out" 2>/dev/null || true
}

# ask PATH OPTION...: one request over a connection of its own, from $PORT.
ask() {
	local path=$1
	shift
	printf 'GET %s HTTP/1.1\r\nHost: api.test\r\nConnection: close\r\n\r\n' "$path" >"$WORK/request"
	peer timeout 10 openssl s_client -connect "$GATEWAY:8443" -servername api.test -tls1_3 -quiet \
		-ign_eof "$@" <"$WORK/request" >"$WORK/out" 2>&1 || true
	grep -q '200 OK' "$WORK/out" || fail "no answer to $path"
}

is_read() {
	peer curl -sk -o /dev/null "https://$GATEWAY:8443/ready" &&
		(($(counter tls.request) > 0))
}

# samples PATH FIELD: of each exchange of that path.
samples() { api 'samples?limit=1000' | jq -r ".items[] | select(.target == \"$1\") | $2"; }
is_complete() {
	local path
	for path in /full /resumed /early; do
		[[ $(samples $path '"\(.client):\(.client_port) \(.status)"' | sort) == \
			"$(sed -n "s,\" ,,;s, GET $path HTTP.*,,p" "$ACCESS_LOG" | sort)" ]] || return 1
		(($(samples $path .ja4 | grep -c '^t13d') == TIMES)) || return 1
		(($(samples $path .ja4 | sort -u | wc -l) == 1)) || return 1
	done
}

make_sandbox
start_nginx
sed -i 's/ssl_certificate_key [^;]*;/& ssl_protocols TLSv1.2 TLSv1.3; ssl_early_data on; ssl_session_cache shared:s:1m;/' "$WORK/nginx/nginx.conf"
nginx -c "$WORK/nginx/nginx.conf" -p "$WORK/nginx" -s reload 2>>"$WORK/nginx/start.log"
start_yagurad --mode observe
wait_until 20 is_read
for ((i = 0; i < TIMES; i++)); do
	ask /full -sess_out "$WORK/session"
	ask /resumed -sess_in "$WORK/session"
	ask /full2 -sess_out "$WORK/session"
	printf 'GET /early HTTP/1.1\r\nHost: api.test\r\nConnection: close\r\n\r\n' >"$WORK/early"
	peer timeout 10 openssl s_client -connect "$GATEWAY:8443" -servername api.test -tls1_3 \
		-sess_in "$WORK/session" -early_data "$WORK/early" -ign_eof </dev/null >"$WORK/out" 2>&1 || true
	grep -q 'Early data was accepted' "$WORK/out" || fail "early data was refused"
done
wait_until 15 is_complete
# A session, and early data, are extensions of a hello: the three kinds are told apart.
(($(for path in /full /resumed /early; do samples $path .ja4; done | sort -u | wc -l) == 3)) ||
	fail "a JA4 of another handshake"
echo "PASS: $TIMES full, $TIMES resumed, $TIMES with early data: each with its own addresses and JA4:" \
	"$(for path in /full /resumed /early; do samples $path .ja4 | sort -u; done | paste -sd ' ')"
