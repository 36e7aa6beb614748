#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# WebSockets in clear, under TLS, and through nginx: messages, bytes and kinds of `yagura endpoint`
# are those that the programs at both ends counted, also of messages far beyond what is sampled of
# a body; and a text of each side is shown masked.
#
#	clients ─┬─ ws  :8090 ─────────────────► python		/plain
#		 ├─ wss :8493 ─────────────────► python		/secure
#		 └─ wss :8443 ► nginx ► ws :8091 ► python		/proxied, and again behind it
. "$(dirname "$0")/lib.sh"
need curl jq nginx
PYTHON=/usr/bin/python3 # that of the packages, whatever else is installed
$PYTHON -c 'import websockets' 2>/dev/null || skip "no python3-websockets: run tools/setup"

MESSAGES=${1:-60} # of each client
CLIENTS_EACH=3    # of each path

on_fail() {
	api endpoints | jq -c '.items[] | [.method, .service, .template, .requests, .websocket]' || true
	cat "$WORK/counts" "$WORK/server.log" 2>/dev/null || true
	api status | jq -c '.counters | .stream, .websocket, .sample, .tls | map_values(select(. > 0))'
	daemon_log 10
}

make_sandbox
cat >"$WORK/server.py" <<-'PY'
	import asyncio, gc, ssl, sys, websockets

	# Answers each message with one of its kind, twice as long, and says something of its own.
	async def serve(socket):
	    await socket.send('{"hello":"' + "w" * 30 + '","seq":1}')
	    try:
	        async for message in socket:
	            await socket.send(message + message)
	    except websockets.ConnectionClosed:
	        pass

	async def main():
	    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
	    context.load_cert_chain(sys.argv[1], sys.argv[2])
	    options = {"compression": None, "max_size": None, "ping_interval": None}
	    async with websockets.serve(serve, "0.0.0.0", 8090, **options), \
	        websockets.serve(serve, "127.0.0.1", 8091, **options), \
	        websockets.serve(serve, "0.0.0.0", 8493, ssl=context, **options):
	        while True: # a connection under TLS has ended when its object is gone
	            await asyncio.sleep(1)
	            gc.collect()

	asyncio.run(main())
PY
# Its last line: messages, texts, binary ones and bytes, of the client and of the server.
cat >"$WORK/client.py" <<-'PY'
	import asyncio, random, ssl, sys, websockets

	url, messages, clients = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
	context = ssl._create_unverified_context() if url.startswith("wss") else None
	said = {"client": [0, 0, 0, 0], "server": [0, 0, 0, 0]}

	def count(side, message):
	    said[side][0] += 1
	    said[side][1 if isinstance(message, str) else 2] += 1
	    said[side][3] += len(message)

	async def talk(seed):
	    draw = random.Random(seed)
	    async with websockets.connect(url, ssl=context, compression=None, max_size=None,
	                                  ping_interval=None) as socket:
	        count("server", await socket.recv())
	        for i in range(messages):
	            size = draw.choice([1, 40, 125, 126, 700, 5000, 65535, 65536, 90000])
	            message = '{"card":"4111111111111111"}' if i == 0 else "t" * size
	            if i % 3 == 2:
	                message = bytes(size)
	            await socket.send(message)
	            count("client", message)
	            count("server", await socket.recv())

	async def main():
	    await asyncio.gather(*(talk(i) for i in range(clients)))

	asyncio.run(main())
	print(*said["client"], *said["server"])
PY
mkdir -p "$WORK/nginx"
cat >"$WORK/nginx/location.conf" <<-'CONF'
	location /proxied {
		proxy_pass http://127.0.0.1:8091;
		proxy_http_version 1.1;
		proxy_set_header Upgrade $http_upgrade;
		proxy_set_header Connection Upgrade;
		proxy_buffering off;
	}
CONF
$PYTHON "$WORK/server.py" "$CERT" "$KEY" >"$WORK/server.log" 2>&1 &
wait_until 10 is_listening 8493
start_nginx
start_yagurad --mode observe --interface lo

is_read() {
	peer curl -sk --http1.1 -o /dev/null "https://$GATEWAY:8443/ready" &&
		peer curl -sk --http1.1 -o /dev/null "https://$GATEWAY:8493/ready"
	(($(counter tls.request) > 1))
}
wait_until 20 is_read

for url in "ws://$GATEWAY:8090/plain" "wss://$GATEWAY:8493/secure" "wss://$GATEWAY:8443/proxied"; do
	peer $PYTHON "$WORK/client.py" "$url" "$MESSAGES" "$CLIENTS_EACH" >>"$WORK/counts.${url##*/}" ||
		fail "no answer from $url"
done

# said PATH PORT: what the endpoint of that service counts, in the order of the client's line.
said() {
	api endpoints | jq -r --arg path "$1" --arg port ":$2" '.items[] | select(.template == $path and
		(.service | endswith($port))) | .websocket |
		[(.from_client, .from_server) | .messages, .text, .binary, .bytes] | join(" ")'
}
is_counted() {
	[[ $(said /plain 8090) == "$(<"$WORK/counts.plain")" ]] &&
		[[ $(said /secure 8493) == "$(<"$WORK/counts.secure")" ]] &&
		[[ $(said /proxied 8443) == "$(<"$WORK/counts.proxied")" ]] &&
		[[ $(said /proxied 8091) == "$(<"$WORK/counts.proxied")" ]]
}
wait_until 15 is_counted
(($(counter stream.ws_lost) == 0)) || fail "$(counter stream.ws_lost) directions were lost"
id=$(api endpoints | jq -r '.items[] | select(.template == "/secure") | .id')
yagura endpoint "$id" >"$WORK/endpoint"
grep -q "WebSockets: $CLIENTS_EACH, open 0" "$WORK/endpoint" || fail "$(cat "$WORK/endpoint")"
grep -q 'client says *{"card":"00000000"}' "$WORK/endpoint" || fail "$(cat "$WORK/endpoint")"
! grep -rqa 4111111111111111 "$STATE/db" || fail "a card number is stored"
echo "PASS: $(awk '{ m += $1 + $5; b += $4 + $8 } END { print m " messages, " b " bytes" }' \
	"$WORK"/counts.*) of $((3 * CLIENTS_EACH)) WebSockets, each counted"
