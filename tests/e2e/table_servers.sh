#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Server x protocol x TLS library: requests that the server logged, exchanges that yagura has, how
# many of them with the addresses and ports that the server wrote down. The difference is 0.
#
#	served	lines of the server's own log, by path
#	seen	requests of the inventory, by service: each listener has a port of its own
#	right	exchanges whose client:port, status and method stand in that log as often, and that
#		are said to be on the right side of this host
#	shown	exchanges that were kept to be shown; with few requests all of them
#	ja4	those of them that came with the JA4 of their connection's handshake: under TLS all,
#		the first of a connection too, which needs addresses that are certain
#
# The other way round, programs of this host ask nginx in the peer, which is out of scope: "curl>"
# and so on. What they served themselves is in its log; each has as many lines as it asked.
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
	api 'samples?limit=1000' | jq -c '.items[] | select(.target | startswith("/go-")) | [.client, .client_port, .server, .server_port, .side, .target]' | head -5
	api endpoints?limit=1000 | jq -c '.items[] | select(.service | endswith(":9844")) | [.template, .requests]'
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

# It logs no addresses.
start_nghttpd() {
	mkdir -p "$WORK/nghttpd"
	echo '{"ok":true}' | tee "$WORK/nghttpd/h2" >"$WORK/nghttpd/tls-h2"
	ACCESS_LOG=$WORK/nghttpd/access.log
	stdbuf -oL nghttpd -v --no-tls -d "$WORK/nghttpd" "$3" > >(log_nghttpd h2) 2>&1 &
	stdbuf -oL nghttpd -v -d "$WORK/nghttpd" "$4" "$KEY" "$CERT" > >(log_nghttpd tls-h2) 2>&1 &
	wait_until 10 is_listening "$3"
	wait_until 10 is_listening "$4"
}
log_nghttpd() { sed -unE "s,.* :path: (/$1)[?].*,- 200 GET \1 HTTP/2,p" >>"$ACCESS_LOG"; }

# Whom this host asks. Each of MAKERS has ports of its own: N80 clear, N82 HTTP/2, N44 TLS of both.
declare -A MAKERS=([curl]=93 [h2load]=94 [python]=95 [node]=96 [wget]=97 [go]=98
	[gnutls-cli]=99 [libcurl]=90)
start_far() {
	local base
	mkdir -p "$WORK/far"
	cat >"$WORK/far/nginx.conf" <<-CONF
		daemon off; user root; worker_processes 1; pid $WORK/far/pid;
		error_log $WORK/far/error.log;
		events { }
		http {
			log_format yagura '\$remote_addr:\$remote_port \$status \$request';
			access_log $WORK/far/access.log yagura;
			client_body_temp_path $WORK/far/body; proxy_temp_path $WORK/far/proxy;
			fastcgi_temp_path $WORK/far/fcgi; uwsgi_temp_path $WORK/far/uwsgi;
			scgi_temp_path $WORK/far/scgi;
			keepalive_requests 10000000;
			server {
				$(for base in "${MAKERS[@]}"; do
					echo "listen ${base}80; listen ${base}82 http2; listen ${base}44 ssl http2;"
				done)
				ssl_certificate $CERT; ssl_certificate_key $KEY;
				location / {
					default_type application/json;
					return 200 '{"ok":true}\n';
				}
			}
		}
	CONF
	peer nginx -c "$WORK/far/nginx.conf" -p "$WORK/far" 2>"$WORK/far/start.log" &
	wait_until 10 peer ss -Hltn "sport = :9844"
}

FAR=10.77.0.40

# A program of this host that asks EACH times over one connection; its name and protocol are the path.
write_makers() {
	cat >"$WORK/maker.py" <<-'PY'
		import http.client, ssl, sys
		host, port, path, count = sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4])
		context = ssl._create_unverified_context()
		connection = http.client.HTTPSConnection(host, port, context=context)
		for i in range(count):
		    connection.request("GET", f"{path}?n={i}")
		    assert connection.getresponse().read()
	PY
	cat >"$WORK/maker.js" <<-'JS'
		const https = require("https"), http2 = require("http2");
		const [host, port, path, count] = process.argv.slice(2);
		const options = { host, port, rejectUnauthorized: false };
		if (path.endsWith("h2")) {
			const session = http2.connect(`https://${host}:${port}`, options);
			let left = +count;
			for (let i = 0; i < count; i++) {
				const stream = session.request({ ":path": `${path}?n=${i}` });
				stream.resume().on("end", () => --left || session.close());
			}
		} else {
			const agent = new https.Agent({ ...options, keepAlive: true, maxSockets: 1 });
			let left = +count;
			for (let i = 0; i < count; i++)
				https.get({ ...options, agent, path: `${path}?n=${i}` }, (answer) =>
					answer.resume().on("end", () => --left || agent.destroy()));
		}
	JS
	# The libcurl of git and others: of GnuTLS, without a program of its own.
	cat >"$WORK/libcurl.py" <<-'PY'
		import ctypes, sys
		host, port, path, count = sys.argv[1:]
		curl = ctypes.CDLL("libcurl-gnutls.so.4")
		curl.curl_easy_init.restype = ctypes.c_void_p
		handle = ctypes.c_void_p(curl.curl_easy_init())
		URL, VERIFY_PEER, VERIFY_HOST, VERSION, V1_1, V2 = 10002, 64, 81, 84, 2, 3
		def set(option, value):
		    curl.curl_easy_setopt(handle, option, value)
		for option in (VERIFY_PEER, VERIFY_HOST):
		    set(option, ctypes.c_long(0))
		set(VERSION, ctypes.c_long(V2 if path.endswith("h2") else V1_1))
		for i in range(int(count)):
		    set(URL, f"https://{host}:{port}{path}?n={i}".encode())
		    assert curl.curl_easy_perform(handle) == 0
	PY
	mkdir -p "$WORK/gomaker"
	cat >"$WORK/gomaker/main.go" <<-'GO'
		package main

		import (
			"crypto/tls"
			"fmt"
			"io"
			"net/http"
			"os"
			"strconv"
			"strings"
			"time"
		)

		func main() {
			transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true},
				ForceAttemptHTTP2: strings.HasSuffix(os.Args[3], "h2")}
			client := &http.Client{Transport: transport}
			count, _ := strconv.Atoi(os.Args[4])
			for i := 0; i < count; i++ {
				answer, err := client.Get(fmt.Sprintf("https://%s:%s%s?n=%d", os.Args[1], os.Args[2], os.Args[3], i))
				if err != nil {
					panic(err)
				}
				io.Copy(io.Discard, answer.Body)
				answer.Body.Close()
			}
			if os.Args[3] == "/warm" {
				time.Sleep(time.Minute)
			}
		}
	GO
	if command -v go >/dev/null; then
		(cd "$WORK/gomaker" && HOME=$WORK/gomaker GOFLAGS=-p=1 go build -ldflags='-s -w' -o maker main.go)
	fi
}

# ask_raw PORT PATH: EACH requests behind each other, for a program that sends what it reads.
ask_raw() {
	local i
	for ((i = 1; i <= EACH; i++)); do
		printf 'GET %s?n=%d HTTP/1.1\r\nHost: %s:%d\r\n' "$2" "$i" "$FAR" "$1"
		((i < EACH)) || printf 'Connection: close\r\n'
		printf '\r\n'
	done
}

# make PROGRAM PROTOCOL PORT: EACH requests of this host.
make_requests() {
	local path=/$1-$2 url=https options=(-sk -o /dev/null)
	[[ $2 == tls-* ]] || url=http
	url=$url://$FAR:$3$path
	case $1-$2 in
	curl-tls-h2) curl --http2 "${options[@]}" "$url?n=[1-$EACH]" ;;
	curl-*) curl --http1.1 "${options[@]}" "$url?n=[1-$EACH]" ;;
	h2load-*) h2load -n "$EACH" -c 1 -m 10 "$url?n=1" >/dev/null ;;
	wget-*) seq -f "$url?n=%g" "$EACH" | wget -q --no-check-certificate -O /dev/null -i - ;;
	python-*) python3 "$WORK/maker.py" "$FAR" "$3" "$path" "$EACH" ;;
	node-*) node "$WORK/maker.js" "$FAR" "$3" "$path" "$EACH" ;;
	libcurl-*) python3 "$WORK/libcurl.py" "$FAR" "$3" "$path" "$EACH" >/dev/null ;;
	gnutls-cli-*) # ends as one that was cut off: nginx closes first
		ask_raw "$3" "$path" | gnutls-cli --insecure --port "$3" "$FAR" >"$WORK/gnutls-cli" 2>&1 || true
		;;
	go-*) "$WORK/gomaker/maker" "$FAR" "$3" "$path" "$EACH" ;;
	esac
}

# maker PROGRAM LIBRARY PROTOCOL...
maker() {
	local program=$1 library=$2 protocol
	local -A port=([h1]=80 [h2]=82 [tls-h1]=44 [tls-h2]=44)
	for protocol in "${@:3}"; do
		ROWS+=("$program> $protocol $library ${MAKERS[$program]}${port[$protocol]} /$program-$protocol")
		LOGS[$program>]=$WORK/far/access.log
	done
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

# Everything that is kept to be shown: "server-port path side client:port status method ja4 alpn".
fetch_samples() {
	local offset=0 page
	: >"$WORK/samples"
	for (( ; ; offset += 1000)); do
		page=$(api "samples?limit=1000&offset=$offset")
		jq -r '.items[] | [.server_port, (.target | split("?")[0]), .side,
			"\(.client):\(.client_port)", .status, .method, .ja4, .chosen_alpn] |
			map(tostring) | join(" ")' <<<"$page" >>"$WORK/samples"
		[[ $(jq '.items | length' <<<"$page") == 1000 ]] || break
	done
}

# print_table: one line per row; its status is whether every difference is 0.
print_table() {
	local row server protocol library port path served seen shown right ja4 side ok=0
	fetch_samples
	api 'endpoints?limit=1000' >"$WORK/endpoints"
	printf '%-12s %-9s %-12s %7s %7s %7s %7s %7s %5s\n' \
		SERVER PROTOCOL TLS SERVED SEEN SHOWN RIGHT JA4 DIFF
	for row in "${ROWS[@]}"; do
		read -r server protocol library port path <<<"$row"
		of "${LOGS[$server]}" "$path" >"$WORK/of"
		served=$(wc -l <"$WORK/of")
		seen=$(jq --arg path "$path" --arg port ":$port" '[.items[] | select((.service |
			endswith($port)) and .template == $path) | .requests] | add // 0' "$WORK/endpoints")
		side=inbound
		[[ $server != *'>' ]] || side=outbound
		awk -v port="$port" -v path="$path" -v side=$side '$1 == port && $2 == path {
			print ($3 == side ? $4 : $3), $5, $6 }' "$WORK/samples" | sort >"$WORK/shown"
		if [[ $(head -c 1 "$WORK/of") == - ]]; then # a log without addresses
			sed -i 's/^[0-9][^ ]*/-/' "$WORK/shown"
		fi
		shown=$(wc -l <"$WORK/shown")
		ja4=$(awk -v port="$port" -v path="$path" '$1 == port && $2 == path && $7 ~ /^t1[0-3]/ { n++ }
			END { print n + 0 }' "$WORK/samples")
		right=$(comm -12 "$WORK/of" "$WORK/shown" | wc -l)
		printf '%-12s %-9s %-12s %7d %7d %7d %7d %7d %5d\n' "$server" "$protocol" "$library" \
			"$served" "$seen" "$shown" "$right" "$ja4" $((served - seen))
		((served > 0 && served == seen && right == shown)) || ok=1
		[[ $protocol != tls-* ]] || ((ja4 == shown)) || ok=1
		# HTTP/2 under TLS is always agreed upon: RFC 9113 section 3.2.
		[[ $protocol != tls-h2 && $protocol != tls-grpc ]] || ((shown == $(awk -v port="$port" \
			-v path="$path" '$1 == port && $2 == path && $8 == "h2" { n++ } END { print n + 0 }' \
			"$WORK/samples"))) || ok=1
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
if command -v nghttpd >/dev/null; then
	start nghttpd 9200 9282 9244
	rows nghttpd 9200 libssl h2 tls-h2
else
	echo "nghttpd: not installed: no row (tools/setup)"
fi
start_far
write_makers
maker curl libssl h1 tls-h1 tls-h2
maker h2load libssl h2 tls-h2
maker python "$(tls_file python)" tls-h1
maker node "$(tls_file node)" tls-h1 tls-h2
! command -v wget >/dev/null || maker wget gnutls h1 tls-h1
! command -v gnutls-cli >/dev/null || maker gnutls-cli gnutls tls-h1
! ldconfig -p | matches libcurl-gnutls.so.4 || maker libcurl gnutls tls-h1 tls-h2
! command -v go >/dev/null || maker go go tls-h1 tls-h2
if command -v go >/dev/null; then
	start go 8900
	rows go 8900 go h1 tls-h1
	ROWS+=("go tls-h2 go 8943 /tls-h2")
else
	echo "go: no compiler: no row (apt install golang-1.19-go)"
fi
start_yagurad --mode observe
for port in 8143 8243 8343 8443 8543 8643 8743 8843; do
	wait_until 30 is_read $port
done
for row in "${ROWS[@]}"; do
	read -r server protocol library port path <<<"$row"
	[[ $server != *'>' ]] || continue
	for ((k = 2; k < ASKERS + 2; k++)); do
		ask "$protocol" "$port" "$k" &
		pids[k]=$!
	done
	for ((k = 2; k < ASKERS + 2; k++)); do
		wait "${pids[k]}" || fail "$row: no answer"
	done
done
# The probes of a program that carries its TLS itself sit on its file from when it ran first.
go_is_read() { status '.libraries[] | select(.state == "attached") | .path' | matches gomaker; }
if command -v go >/dev/null; then
	"$WORK/gomaker/maker" "$FAR" 9844 /warm 1 &
	wait_until 30 go_is_read
fi
for row in "${ROWS[@]}"; do
	read -r server protocol library port path <<<"$row"
	[[ $server != *'>' ]] || make_requests "${server%>}" "$protocol" "$port" || fail "$row: no answer"
done
wait_until 20 is_complete
cat "$WORK/table"
echo "PASS: ${#ROWS[@]} rows, difference 0"
