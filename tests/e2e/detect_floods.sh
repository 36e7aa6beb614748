#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Floods of HTTP/2 against nginx, in clear and under TLS, each from a client of its own: requests taken
# back, a header block without an end, SETTINGS, PING, idle frames. Each is one finding about that
# client, with cause, effect, evidence and cure. Silent are h2load with 100 streams, and a browser that
# leaves a page of 100 pictures every second.
. "$(dirname "$0")/lib.sh"

CALM=(10.77.0.30 10.77.0.31)

# flood KIND CLIENT PORT: raw frames; the server may end the connection whenever it has enough.
cat_flood() {
	cat <<-'PY'
		import socket, ssl, struct, sys, time

		kind, client, server, port = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])

		def frame(kind, flags, stream, payload=b""):
		    return struct.pack(">I", len(payload))[1:] + bytes((kind, flags)) + struct.pack(">I", stream) + payload

		# GET, http, /v1/items/1, api.test: all literals that no table keeps
		block = b"\x82\x86\x04\x0b/v1/items/1\x01\x08api.test"
		ask = lambda stream, flags=5: frame(1, flags, stream, block)
		streams = range(1, 2001, 2)
		floods = {
		    "reset": lambda: (ask(s) + frame(3, 0, s, b"\0\0\0\x08") for s in streams),
		    "continuation": lambda: (ask(1, 1) if i == 0 else frame(9, 0, 1, b"\0\1a\1b") for i in range(1000)),
		    "settings": lambda: (frame(4, 0, 0, b"\0\3\0\0\0\1") for _ in range(1000)),
		    "ping": lambda: (frame(6, 0, 0, b"\0" * 8) for _ in range(1000)),
		    "empty": lambda: (ask(1, 4) if i == 0 else frame(0, 0, 1) for i in range(1000)),
		    "window": lambda: (frame(8, 0, 0, b"\0\0\0\1") for _ in range(1000)),
		    "page": lambda: (ask(s) for s in range(1, 201, 2)),
		}

		def connect():
		    plain = socket.create_connection((server, port), 5, (client, 0))
		    if port != 8444:
		        return plain
		    context = ssl._create_unverified_context()
		    context.set_alpn_protocols(["h2"])
		    return context.wrap_socket(plain)

		connection = connect()
		connection.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(4, 0, 0))
		try:
		    connection.sendall(b"".join(floods[kind]()))
		    if kind == "page":
		        connection.sendall(b"".join(frame(3, 0, s, b"\0\0\0\x08") for s in range(1, 201, 2)))
		    connection.settimeout(0.3)
		    while connection.recv(65536):
		        pass
		except OSError:
		    pass
	PY
}

on_fail() {
	api findings | jq -c '.items[] | [.client, .rule, .cause]' || true
	api status | jq -c '.counters | .stream, .sample, .tls | map_values(select(. > 0))'
	daemon_log 20
}

need h2load curl jq
make_sandbox
mkdir -p "$WORK/nginx"
echo 'listen 8082 http2; listen 8444 ssl http2; client_max_body_size 1m;' >"$WORK/nginx/location.conf"
start_nginx
start_yagurad --mode observe
tls_is_read() {
	peer curl -sk --http2 -o /dev/null "https://$GATEWAY:8444/ready" && (($(counter tls.request) > 0))
}
wait_until 20 tls_is_read
cat_flood >"$WORK/flood.py"

kinds=(reset continuation settings ping empty window)
declare -A cause=(
	[reset]="requests taken back" [continuation]="a header block that does not end"
	[settings]="SETTINGS and PING" [ping]="SETTINGS and PING"
	[empty]="frames that carry nothing" [window]="frames that carry nothing")
for i in "${!kinds[@]}"; do
	peer python3 "$WORK/flood.py" "${kinds[i]}" "10.77.0.$((2 + i))" "$GATEWAY" 8082
	peer python3 "$WORK/flood.py" "${kinds[i]}" "10.77.0.$((12 + i))" "$GATEWAY" 8444
done
for url in "http://$GATEWAY:8082" "https://$GATEWAY:8444"; do
	peer h2load -n 20000 -c 4 -m 100 "$url/v1/items/2" >"$WORK/load" 2>&1
	grep -q ' 20000 succeeded' "$WORK/load" || fail "$(grep '^requests' "$WORK/load")"
done
for port in 8082 8444 8082; do
	peer python3 "$WORK/flood.py" page "${CALM[port % 2]}" "$GATEWAY" "$port"
done

# found CLIENT TEXT: it has one finding of a flood, which says so.
found() {
	api "findings?limit=1000" | jq -e --arg client "$1" --arg text "$2" '[.items[] | select(.client ==
		$client and .rule == "http2-flood")] | length == 1 and (.[0] | (.cause | contains($text)) and
		.severity == "high" and (.effect | length > 0) and (.remediation | length > 0) and
		(.evidence.anomaly | contains($text)))'
}
for i in "${!kinds[@]}"; do
	wait_until 10 found "10.77.0.$((2 + i))" "${cause[${kinds[i]}]}"
	wait_until 10 found "10.77.0.$((12 + i))" "${cause[${kinds[i]}]}"
done
floods=$(api "findings?limit=1000" | jq '[.items[] | select(.rule == "http2-flood")] | length')
((floods == 2 * ${#kinds[@]})) || fail "$floods findings of floods"
echo "PASS: ${#kinds[@]} kinds of floods, each found in clear and under TLS; 40000 requests with 100" \
	"streams and pages of 100 requests taken back are none"
