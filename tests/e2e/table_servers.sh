#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Server x protocol x TLS library: requests that the server logged, exchanges that yagura has, how
# many of them with the addresses and ports that the server wrote down. The difference is 0.
#
#	served	lines of the server's own log, by path
#	seen	requests of the inventory, by service: each listener has a port of its own
#	right	exchanges whose client:port, status and method stand in that log as often
#	shown	exchanges that were kept to be shown; with few requests all of them
#
# The other way round, programs of this host ask a server that is out of scope: "curl >" and so on.
# With --full (make test-e2e does not) 100 times as many requests.
. "$(dirname "$0")/lib.sh"
need curl h2load node python3 jq

EACH=10 # requests of each of the ASKERS, over one connection
ASKERS=4
[[ ${1-} != --full ]] || EACH=1000
READY=10.77.0.41

declare -A LOGS=() # by server
ROWS=()		   # "server protocol tls-library port path"

on_fail() {
	[[ ! -e $WORK/table ]] || cat "$WORK/table"
	api status | jq -c '.counters | map_values(map_values(select(. > 0)))' || true
	daemon_log 20
	tail -n 3 "$WORK"/*/error.log 2>/dev/null || true
}

# start SERVER BASE: on BASE+80 clear, +43 TLS, and HTTP/2 on +82 and +44 if it has it.
start() {
	local server=$1 base=$2
	shift 2
	"start_$server" $((base + 80)) $((base + 43)) "$@"
	LOGS[$server]=$ACCESS_LOG
}

# A program in Go, without symbols, where a compiler is.
start_go() {
	mkdir -p "$WORK/go"
	cat >"$WORK/go/main.go" <<-'GO'
		package main

		import (
			"fmt"
			"net/http"
			"os"
		)

		func main() {
			log, _ := os.OpenFile(os.Args[3], os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0644)
			http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				fmt.Fprint(w, `{"ok":true}`)
				fmt.Fprintf(log, "%s 200 %s %s %s\n", r.RemoteAddr, r.Method, r.URL, r.Proto)
			})
			go http.ListenAndServe("0.0.0.0:"+os.Args[4], nil)
			go http.ListenAndServeTLS("0.0.0.0:"+os.Args[5], os.Args[1], os.Args[2], nil)
			panic(http.ListenAndServeTLS("0.0.0.0:"+os.Args[6], os.Args[1], os.Args[2], nil))
		}
	GO
	(cd "$WORK/go" && HOME=$WORK/go GOFLAGS=-p=1 go build -ldflags='-s -w' -o server main.go)
	# shellcheck disable=SC2034 # read by start
	ACCESS_LOG=$WORK/go/access.log
	"$WORK/go/server" "$CERT" "$KEY" "$ACCESS_LOG" "$@" >"$WORK/go/error.log" 2>&1 &
	wait_until 20 is_listening "$3"
}

# It says whom it accepted; each connection is one request.
start_gnutls() {
	mkdir -p "$WORK/gnutls"
	stdbuf -oL gnutls-serv --http --port "$2" --x509certfile "$CERT" --x509keyfile "$KEY" \
		2>/dev/null </dev/null > >(sed -unE \
		's,^\* Accepted connection from IPv[46] (::ffff:)?([0-9.]+) port ([0-9]+).*,\2:\3 200 GET /tls-h1 HTTP/1.0,p' \
		>"$WORK/gnutls/access.log") &
	ACCESS_LOG=$WORK/gnutls/access.log
	wait_until 10 is_listening "$2"
}

# rows SERVER BASE LIBRARY PROTOCOL...
rows() {
	local server=$1 base=$2 library=$3 protocol
	local -A port=([h1]=80 [tls-h1]=43 [h2]=82 [tls-h2]=44 [ws]=80 [tls-ws]=43 [tls-grpc]=44)
	for protocol in "${@:4}"; do
		ROWS+=("$server $protocol $library $((base + port[$protocol])) /$protocol")
	done
}

# h2load cannot choose its source address: client k reaches 10.77.9.k, and comes from 10.77.0.k.
make_sources() {
	local k
	for ((k = 2; k < ASKERS + 2; k++)); do
		ip addr add "10.77.9.$k/32" dev veth0
		peer ip route add "10.77.9.$k/32" dev veth1 src "10.77.0.$k"
	done
}

# ask PROTOCOL PORT K: EACH requests over one connection.
ask() {
	local url=https options=(-sk --interface "10.77.0.$3" -o /dev/null)
	[[ $1 == tls-* ]] || url=http
	url=$url://10.77.9.$3:$2/$1
	case $1 in
	h1 | tls-h1) peer curl --http1.1 "${options[@]}" "$url?n=[1-$EACH]" ;;
	*h2) peer h2load -n "$EACH" -c 1 -m 10 "$url?n=1" >/dev/null ;;
	tls-grpc)
		printf '\0\0\0\0\2\10\1' | peer curl --http2 "${options[@]}" --data-binary @- \
			-H 'content-type: application/grpc' -H 'te: trailers' "$url?n=[1-$EACH]"
		;;
	*) peer python3 "$WORK/ws.py" "$url" "10.77.0.$3" ;;
	esac
}

# One upgrade per connection, a masked message and its answer.
write_websocket_client() {
	cat >"$WORK/ws.py" <<-'PY'
		import socket, ssl, sys, urllib.parse

		url = urllib.parse.urlparse(sys.argv[1])
		s = socket.create_connection((url.hostname, url.port), 10, (sys.argv[2], 0))
		if url.scheme == "https":
		    context = ssl._create_unverified_context()
		    s = context.wrap_socket(s)
		s.sendall(f"GET {url.path} HTTP/1.1\r\nHost: {url.netloc}\r\nUpgrade: websocket\r\n"
		          "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
		          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode())
		assert b" 101 " in s.recv(4096)
		s.sendall(b"\x81\x82\x01\x02\x03\x04ik")
		assert s.recv(100)
		s.close()
	PY
}

# Answers upgrades, too; nginx hands them on to it.
start_node_upgrades() {
	cat >"$WORK/ws.js" <<-'JS'
		require("http").createServer().on("upgrade", (request, socket) => {
			socket.write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n" +
				"Connection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n");
			socket.on("data", () => socket.write(Buffer.from([0x81, 2, 0x68, 0x69])));
			socket.on("end", () => socket.end());
			socket.on("error", () => {});
		}).listen(7000, "127.0.0.1");
	JS
	node "$WORK/ws.js" &
	wait_until 10 is_listening 7000
	mkdir -p "$WORK/nginx"
	cat >"$WORK/nginx/location.conf" <<-CONF
		location ~ ws {
			proxy_pass http://127.0.0.1:7000;
			proxy_http_version 1.1;
			proxy_set_header Upgrade websocket;
			proxy_set_header Connection Upgrade;
		}
	CONF
}

# of LOG PATH: "client:port status method" of its lines, without those who asked whether it is ready.
of() {
	head -n "$(access_lines "$1")" "$1" | sed -E 's/"//g' |
		awk -v ready="$READY:" -v path="$2" 'index($1, ready) != 1 {
			target = $4; sub(/^https?:\/\/[^\/]*/, "", target); sub(/\?.*/, "", target)
			if (target == path) print $1, $2, $3 }' | sort
}

# Everything that is kept to be shown: "server-port client:port status method".
fetch_samples() {
	local offset=0 page
	: >"$WORK/samples"
	for (( ; ; offset += 1000)); do
		page=$(api "samples?limit=1000&offset=$offset")
		jq -r '.items[] | "\(.server_port) \(.client):\(.client_port) \(.status) \(.method)"' \
			<<<"$page" >>"$WORK/samples"
		[[ $(jq '.items | length' <<<"$page") == 1000 ]] || break
	done
}

# print_table: one line per row; its status is whether every difference is 0.
print_table() {
	local row server protocol library port path served seen shown right ok=0
	fetch_samples
	api 'endpoints?limit=1000' >"$WORK/endpoints"
	printf '%-12s %-9s %-12s %7s %7s %7s %7s %5s\n' \
		SERVER PROTOCOL TLS SERVED SEEN SHOWN RIGHT DIFF
	for row in "${ROWS[@]}"; do
		read -r server protocol library port path <<<"$row"
		of "${LOGS[$server]}" "$path" >"$WORK/of"
		served=$(wc -l <"$WORK/of")
		seen=$(jq --arg path "$path" --arg port ":$port" '[.items[] | select((.service |
			endswith($port)) and .template == $path) | .requests] | add // 0' "$WORK/endpoints")
		awk -v port="$port" -v ready="$READY:" '$1 == port && index($2, ready) != 1 {
			print $2, $3, $4 }' "$WORK/samples" | sort >"$WORK/shown"
		# Several protocols may share a port: an upgrade answers 101.
		if [[ $protocol == *ws ]]; then sed -i '/ 101 /!d' "$WORK/shown"
		elif [[ $protocol == *h1 ]]; then sed -i '/ 101 /d' "$WORK/shown"
		elif [[ $protocol == *grpc ]]; then sed -i '/ POST$/!d' "$WORK/shown"
		else sed -i '/ POST$/d' "$WORK/shown"; fi
		shown=$(wc -l <"$WORK/shown")
		right=$(comm -12 "$WORK/of" "$WORK/shown" | wc -l)
		printf '%-12s %-9s %-12s %7d %7d %7d %7d %5d\n' "$server" "$protocol" "$library" \
			"$served" "$seen" "$shown" "$right" $((served - seen))
		((served > 0 && served == seen && right == shown)) || ok=1
		((EACH > 10 || shown == served)) || ok=1
	done
	return $ok
}

is_complete() { print_table >"$WORK/table"; }

is_read() {
	peer curl -sk --http1.1 --interface "$READY" -o /dev/null "https://$GATEWAY:$1/ready" &&
		api 'endpoints?limit=1000' | jq -e --arg port ":$1" \
			'any(.items[]; .service | endswith($port))'
}

make_sandbox
make_sources
write_websocket_client
start_node_upgrades
start nginx 8100 8182 8144
start haproxy 8200 8282 8244
start apache 8300 8382 8344
start node 8400 8482 8444
start caddy 8500 8582 8544
start python 8600
start asyncio 8700
start gnutls 8800
rows nginx 8100 libssl h1 tls-h1 h2 tls-h2 tls-grpc ws tls-ws
rows haproxy 8200 libssl h1 tls-h1 h2 tls-h2
rows apache 8300 libssl h1 tls-h1 h2 tls-h2
rows node 8400 "$(tls_file node)" h1 tls-h1 h2 tls-h2 tls-grpc
rows caddy 8500 go h1 tls-h1 h2 tls-h2
rows python 8600 libssl h1 tls-h1
rows asyncio 8700 libssl h1 tls-h1
rows gnutls 8800 gnutls tls-h1
if command -v go >/dev/null; then
	start go 8900 8944
	rows go 8900 go h1 tls-h1 tls-h2
else
	echo "go: no compiler: no row (apt install golang-1.19-go)"
fi
start_yagurad --mode observe
for port in 8143 8243 8343 8443 8543 8643 8743 8843; do
	wait_until 30 is_read $port
done
for row in "${ROWS[@]}"; do
	read -r server protocol library port path <<<"$row"
	for ((k = 2; k < ASKERS + 2; k++)); do
		ask "$protocol" "$port" "$k" &
		pids[k]=$!
	done
	for ((k = 2; k < ASKERS + 2; k++)); do
		wait "${pids[k]}" || fail "$row: no answer"
	done
done
wait_until 20 is_complete
cat "$WORK/table"
echo "PASS: ${#ROWS[@]} rows, difference 0"
