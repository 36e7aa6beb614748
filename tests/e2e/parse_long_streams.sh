#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What goes on for long is in the inventory while it does, within 15 seconds, and counted once: events
# over HTTP/1 (SSE), a stream of a call over HTTP/2 under TLS, WebSockets that say nothing. At their
# end the bytes that came since are added, and nothing else.
. "$(dirname "$0")/lib.sh"
need curl jq node

on_fail() {
	api endpoints | jq -c '.items[] | [.method, .template, .requests, .response_bytes, .websocket]' || true
	api status | jq -c '.counters.stream | map_values(select(. > 0))'
	daemon_log 10
}

make_sandbox
cat >"$WORK/server.js" <<-'JS'
	const http = require('http'), http2 = require('http2'), fs = require('fs'), crypto = require('crypto');
	const [cert, key, done] = process.argv.slice(2), open = [];
	const events = http.createServer((request, response) => {
		response.writeHead(200, { 'content-type': 'text/event-stream' });
		response.write('data: {"n":1}\n\n');
		open.push(() => response.end('data: ' + 'e'.repeat(1000) + '\n\n'));
	});
	events.on('upgrade', (request, socket) => {
		const accept = crypto.createHash('sha1').update(request.headers['sec-websocket-key'] +
			'258EAFA5-E914-47DA-95CA-C5AB0DC85B11').digest('base64');
		socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n' +
			`Connection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`);
		socket.write(Buffer.from([0x81, 2, 0x68, 0x69]));
		socket.on('error', () => {});
		open.push(() => socket.end(Buffer.from([0x88, 2, 3, 0xe8])));
	});
	events.listen(8090);
	http2.createSecureServer({ cert: fs.readFileSync(cert), key: fs.readFileSync(key) })
		.on('stream', stream => {
			stream.on('error', () => {});
			stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
			stream.write(Buffer.from([0, 0, 0, 0, 2, 8, 1]));
			stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
			open.push(() => stream.end(Buffer.alloc(1005, 0)));
		}).listen(8494);
	setInterval(() => { if (fs.existsSync(done)) open.splice(0).forEach(end => end()); }, 100);
JS
cat >"$WORK/client.js" <<-'JS'
	const http = require('http'), http2 = require('http2'), host = process.argv[2];
	http.get({ host, port: 8090, path: '/events' }, response => response.resume());
	http.get({ host, port: 8090, path: '/socket', headers: { Upgrade: 'websocket', Connection: 'Upgrade',
		'Sec-WebSocket-Version': '13', 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==' } })
		.on('upgrade', (response, socket) => socket.on('end', () => socket.end()).resume());
	const session = http2.connect(`https://${host}:8494`, { rejectUnauthorized: false });
	const call = session.request({ ':method': 'POST', ':path': '/shop.Feed/Watch',
		'content-type': 'application/grpc', te: 'trailers' });
	call.write(Buffer.from([0, 0, 0, 0, 2, 8, 1]));
	call.on('end', () => { call.end(); session.close(); }).resume();
JS
node "$WORK/server.js" "$CERT" "$KEY" "$WORK/done" >"$WORK/server.log" 2>&1 &
wait_until 10 is_listening 8494
start_yagurad --mode observe
wait_until 20 grep -q "attached to .*$(tls_file node)" "$DAEMON_LOG"
peer timeout 60 node "$WORK/client.js" "$GATEWAY" >"$WORK/client.log" 2>&1 &
client=$!

# of TEMPLATE FIELD: of its endpoint.
of() { api endpoints | jq -r --arg t "$1" '.items[] | select(.template == $t) | '"$2"; }
is_shown() {
	[[ $(of /events '"\(.requests) \(.status | tostring)"') == '1 {"200":1}' ]] &&
		[[ $(of /shop.Feed/Watch '"\(.requests) \(.protocols | tostring)"') == '1 ["grpc"]' ]] &&
		[[ $(of /socket '.websocket | "\(.sockets) \(.open) \(.from_server.messages)"') == "1 1 1" ]]
}
wait_until 17 is_shown
events=$(of /events .response_bytes) calls=$(of /shop.Feed/Watch .response_bytes)
is_running "$client" || fail "the client is gone: $(cat "$WORK/client.log")"
touch "$WORK/done"
wait "$client" || fail "the client ended with $?: $(cat "$WORK/client.log")"
is_whole() {
	(($(of /events .response_bytes) >= events + 1008)) &&
		(($(of /shop.Feed/Watch .response_bytes) == calls + 1005)) &&
		[[ $(of /socket '.websocket | "\(.sockets) \(.open) \(.from_server.messages)"') == "1 0 1" ]]
}
wait_until 10 is_whole
for template in /events /shop.Feed/Watch /socket; do
	(($(of $template .requests) == 1)) || fail "$template: $(of $template .requests) requests"
done
(($(counter stream.exchange_open) == 2 && $(counter stream.exchange_rest) == 2)) || fail "not told so"
echo "PASS: events, a call and a WebSocket shown while they were open, whole at their end, once each"
