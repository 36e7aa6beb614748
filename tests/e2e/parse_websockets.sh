#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# WebSockets in clear, under TLS, through nginx, and over HTTP/2 (RFC 8441): messages, bytes and kinds
# of `yagura endpoint` are those that the programs at both ends counted, also of messages far beyond
# what is sampled of a body; and a text of each side is shown masked. What applications do inside, in
# JSON-RPC and GraphQL, is listed with its outcomes, in clear and under TLS.
#
#	clients ─┬─ ws  :8090 ─────────────────► python		/plain
#		 ├─ wss :8493 ─────────────────► python		/secure
#		 ├─ wss :8443 ► nginx ► ws :8091 ► python		/proxied, and again behind it
#		 ├─ h2c :8094 ─────────────────► node		/streams
#		 ├─ h2  :8494 ─────────────────► node		/tls-streams
#		 └─ h2  :8495 ► haproxy ► ws :8090 ► python	/bridged, and again behind it
. "$(dirname "$0")/lib.sh"
need curl jq nginx node haproxy
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
	import asyncio, gc, json, ssl, sys, websockets

	# What an application answers; None: it is none.
	def answers(message):
	    call = json.loads(message) if isinstance(message, str) and message[:1] == "{" else {}
	    if "method" in call:
	        error = {"audit": 403, "nope": -32601}.get(call["method"])
	        outcome = {"error": {"code": error, "message": "no"}} if error else {"result": 1}
	        return [{"jsonrpc": "2.0", "id": call["id"], **outcome}]
	    if call.get("type") == "subscribe":
	        tick = {"id": call["id"], "type": "next", "payload": {"data": {"tick": 1}}}
	        return [tick, tick, {"id": call["id"], "type": "complete"}]
	    return None

	# Answers each other message with one of its kind, twice as long, and says something of its own.
	async def serve(socket):
	    await socket.send('{"hello":"' + "w" * 30 + '","seq":1}')
	    try:
	        async for message in socket:
	            for answer in answers(message) or []:
	                await socket.send(json.dumps(answer))
	            if answers(message) is None:
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
# What it does inside one WebSocket; told to wait for all answers.
cat >"$WORK/caller.py" <<-'PY'
	import asyncio, json, ssl, sys, websockets

	calls = [("pay", 3), ("audit", 2), ("nope", 1)]

	async def main():
	    context = ssl._create_unverified_context() if sys.argv[1].startswith("wss") else None
	    async with websockets.connect(sys.argv[1], ssl=context, compression=None) as socket:
	        await socket.recv()
	        for method in [method for method, times in calls for _ in range(times)]:
	            await socket.send(json.dumps({"jsonrpc": "2.0", "id": method, "method": method,
	                                          "params": {"card": "4111111111111111"}}))
	            await socket.recv()
	        await socket.send(json.dumps({"id": "1", "type": "subscribe",
	                                      "payload": {"query": "subscription OnTick { tick }"}}))
	        for _ in range(3):
	            await socket.recv()

	asyncio.run(main())
PY
# Frames of WebSocket in streams of node's HTTP/2: frames.js is what client and server share.
cat >"$WORK/frames.js" <<-'JS'
	// encode(kind, payload, masked): one frame; decoder(on): takes chunks, calls on(kind, payload).
	exports.encode = (kind, payload, masked) => {
		const long = payload.length > 65535 ? 8 : payload.length > 125 ? 2 : 0;
		const head = Buffer.alloc(2 + long + (masked ? 4 : 0));
		head[0] = 0x80 | kind;
		head[1] = (masked ? 0x80 : 0) | (long === 8 ? 127 : long ? 126 : payload.length);
		if (long === 8) head.writeBigUInt64BE(BigInt(payload.length), 2);
		else if (long) head.writeUInt16BE(payload.length, 2);
		const body = Buffer.from(payload);
		if (masked) {
			const key = [7, 11, 13, 17];
			key.forEach((byte, i) => { head[2 + long + i] = byte; });
			for (let i = 0; i < body.length; i++) body[i] ^= key[i % 4];
		}
		return Buffer.concat([head, body]);
	};
	exports.decoder = on => {
		let have = Buffer.alloc(0);
		return chunk => {
			have = Buffer.concat([have, chunk]);
			for (;;) {
				if (have.length < 2) return;
				const short = have[1] & 127, long = short === 127 ? 8 : short === 126 ? 2 : 0;
				const mask = have[1] & 128 ? 4 : 0, at = 2 + long + mask;
				if (have.length < at) return;
				const size = long === 8 ? Number(have.readBigUInt64BE(2))
					: long ? have.readUInt16BE(2) : short;
				if (have.length < at + size) return;
				const body = Buffer.from(have.subarray(at, at + size));
				for (let i = 0; mask && i < size; i++) body[i] ^= have[at - 4 + i % 4];
				const kind = have[0] & 15;
				have = have.subarray(at + size);
				on(kind, body);
			}
		};
	};
JS
cat >"$WORK/server.js" <<-'JS'
	const http2 = require('http2'), fs = require('fs'), { encode, decoder } = require('./frames.js');
	const [cert, key, port, tls] = process.argv.slice(2), settings = { enableConnectProtocol: true };

	// As server.py, and a bystander for each other request.
	function serve(stream, headers) {
		stream.on('error', () => {});
		if (headers[':protocol'] !== 'websocket') {
			stream.respond({ ':status': 200 });
			stream.end('{}');
			return;
		}
		stream.respond({ ':status': 200 });
		stream.write(encode(1, Buffer.from('{"hello":"' + 'w'.repeat(30) + '","seq":1}')));
		stream.on('data', decoder((kind, body) => {
			if (kind === 8) stream.end(encode(8, body));
			else stream.write(encode(kind, Buffer.concat([body, body])));
		}));
	}
	http2.createServer({ settings }).on('stream', serve).listen(+port);
	http2.createSecureServer({ settings, cert: fs.readFileSync(cert), key: fs.readFileSync(key) })
		.on('stream', serve).listen(+tls);
JS
# As client.py; its WebSockets are streams of one connection, beside other requests.
cat >"$WORK/client.js" <<-'JS'
	const http2 = require('http2'), { encode, decoder } = require('./frames.js');
	const [url, messages, clients] = [process.argv[2], +process.argv[3], +process.argv[4]];
	const { origin, host, pathname } = new URL(url), sizes = [1, 40, 125, 126, 700, 5000, 65535, 65536, 90000];
	const said = { client: [0, 0, 0, 0], server: [0, 0, 0, 0] };
	const session = http2.connect(origin, { rejectUnauthorized: false });
	let left = clients;

	function count(side, kind, length) {
		said[side][0]++;
		said[side][kind]++;
		said[side][3] += length;
	}
	function talk(seed) {
		const stream = session.request({ ':method': 'CONNECT', ':protocol': 'websocket',
			':path': pathname, ':scheme': origin.split(':')[0], ':authority': host,
			'sec-websocket-version': '13' }, { endStream: false });
		let sent = 0;
		function say() {
			const text = sent === 0 ? '{"card":"4111111111111111"}' : 't'.repeat(sizes[(seed + sent) % 9]);
			const kind = sent % 3 === 2 ? 2 : 1, body = Buffer.from(text);
			stream.write(encode(kind, body, true));
			count('client', kind, body.length);
			sent++;
		}
		stream.on('data', decoder((kind, body) => {
			if (kind === 8) {
				stream.end();
				return;
			}
			count('server', kind, body.length);
			if (sent < messages) say();
			else stream.write(encode(8, Buffer.from([3, 232]), true));
		}));
		stream.on('close', () => {
			if (--left) return;
			session.close();
			console.log(...said.client, ...said.server);
		});
	}
	session.once('remoteSettings', settings => {
		if (!settings.enableConnectProtocol) throw Error('no extended CONNECT');
		for (let i = 0; i < clients; i++) {
			talk(i);
			session.request({ ':path': '/beside' }).resume().end();
		}
	});
JS
cat >"$WORK/haproxy.cfg" <<-CONF
	defaults
		mode http
		timeout client 60s
		timeout server 60s
		timeout connect 5s
		timeout tunnel 60s
	frontend h2
		bind *:8495 ssl crt $WORK/both.pem alpn h2
		default_backend python
	backend python
		server one 127.0.0.1:8090
CONF
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
node "$WORK/server.js" "$CERT" "$KEY" 8094 8494 >>"$WORK/server.log" 2>&1 &
cat "$CERT" "$KEY" >"$WORK/both.pem"
haproxy -db -f "$WORK/haproxy.cfg" >>"$WORK/server.log" 2>&1 &
for port in 8493 8094 8494 8495; do
	wait_until 10 is_listening $port
done
start_nginx
start_yagurad --mode observe --interface lo

is_read() {
	local port before
	for port in 8443 8493 8494 8495; do
		before=$(counter tls.request)
		peer curl -sk --max-time 5 -o /dev/null "https://$GATEWAY:$port/ready"
		(($(counter tls.request) > before)) || return 1
	done
}
wait_until 20 is_read

for url in "ws://$GATEWAY:8090/plain" "wss://$GATEWAY:8493/secure" "wss://$GATEWAY:8443/proxied"; do
	peer $PYTHON "$WORK/client.py" "$url" "$MESSAGES" "$CLIENTS_EACH" >>"$WORK/counts.${url##*/}" ||
		fail "no answer from $url"
done

for url in "http://$GATEWAY:8094/streams" "https://$GATEWAY:8494/tls-streams" \
	"https://$GATEWAY:8495/bridged"; do
	peer timeout 30 node "$WORK/client.js" "$url" "$MESSAGES" "$CLIENTS_EACH" \
		>>"$WORK/counts.${url##*/}" || fail "no answer from $url"
done

for url in "ws://$GATEWAY:8090/calls" "wss://$GATEWAY:8493/tls-calls"; do
	peer timeout 30 $PYTHON "$WORK/caller.py" "$url" || fail "no answer from $url"
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
		[[ $(said /proxied 8091) == "$(<"$WORK/counts.proxied")" ]] &&
		[[ $(said /streams 8094) == "$(<"$WORK/counts.streams")" ]] &&
		[[ $(said /tls-streams 8494) == "$(<"$WORK/counts.tls-streams")" ]] &&
		[[ $(said /bridged 8495) == "$(cat "$WORK"/counts.bridged{,})" ]]
}
wait_until 15 is_counted

# done_in PATH: its operations, those without a row, its outcomes and its data.
done_in() {
	api endpoints | jq -c --arg path "$1" '.items[] | select(.template == $path) |
		[(.websocket | [.operations[] | [.said_by, .protocol, .operation, .messages, .answers,
			.outcomes]], .looked, .others), .outcomes,
		([.data[] | "\(.class) \(.in) \(.field)"] | unique)]'
}
CALLS='[[["client","jsonrpc","pay",3,3,{"ok":3}],["client","jsonrpc","audit",2,2,{"forbidden":2}],'
CALLS+='["client","graphql","subscription OnTick",1,2,{"ok":1}]],17,1,{"ok":4,"forbidden":2,"missing":1},'
CALLS+='["pan request $.params.card"]]'
is_done() {
	[[ $(done_in /calls) == "$CALLS" && $(done_in /tls-calls) == "$CALLS" ]]
}
wait_until 15 is_done || fail "$(done_in /calls) $(done_in /tls-calls)"
yagura endpoints --contains calls >"$WORK/list"
[[ $(awk '$4 ~ /calls/ { print $8 }' "$WORK/list" | sort -u) == 3 ]] || fail "$(cat "$WORK/list")"
(($(counter stream.ws_lost) == 0)) || fail "$(counter stream.ws_lost) directions were lost"
id=$(api endpoints | jq -r '.items[] | select(.template == "/secure") | .id')
yagura endpoint "$id" >"$WORK/endpoint"
grep -q "WebSockets: $CLIENTS_EACH, open 0" "$WORK/endpoint" || fail "$(cat "$WORK/endpoint")"
grep -q 'client says *{"card":"00000000"}' "$WORK/endpoint" || fail "$(cat "$WORK/endpoint")"
! grep -rqa 4111111111111111 "$STATE/db" || fail "a card number is stored"
echo "PASS: $(awk '{ m += $1 + $5; b += $4 + $8 } END { print m " messages, " b " bytes" }' \
	"$WORK"/counts.*) of $((6 * CLIENTS_EACH)) WebSockets, each counted"
