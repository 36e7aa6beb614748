#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A server in node speaks gRPC over HTTP/2 (TLS and prior knowledge) and WebSocket: yagura tells
# each by its protocol, service and method of a call, and counts the frames of a WebSocket. What its
# messages hold is classed by the numbers of their fields, compressed or not. Bodies in br, zstd,
# Shift_JIS and EUC-JP are read by the analyzer that runs, which may open no file.
. "$(dirname "$0")/lib.sh"

CALLS=20

on_fail() {
	api endpoints | jq -c '.items[]' || true
	fields /shop.People/Get || true
	daemon_log 20
}

# start_node: gRPC that fails each second call, on 8443 (TLS) and 8082 (clear); WebSocket on 8080.
start_node_services() {
	need node
	cat >"$WORK/server.js" <<-'JS'
		const http2 = require('http2'), http = require('http'), fs = require('fs');
		const crypto = require('crypto'), zlib = require('zlib');
		let calls = 0, people = 0;
		function text(number, value) {	// a field of protobuf
			return Buffer.concat([Buffer.from([number << 3 | 2, value.length]), Buffer.from(value)]);
		}
		// {1: name, 2: {1: mail, 3: card}}, each second one compressed
		function person() {
			const digits = '411111' + String(people * 7919).padStart(9, '0');
			const sum = [...digits].reverse().reduce((a, c, i) =>
				a + (i % 2 ? +c : 2 * c > 9 ? 2 * c - 9 : 2 * c), 0);
			const message = text(1, `person-${people}`), inner = Buffer.concat([
				text(1, `taro${people}@example.jp`), text(3, digits + (10 - sum % 10) % 10)]);
			const plain = Buffer.concat([message, text(2, inner)]), packed = people++ % 2;
			const body = packed ? zlib.gzipSync(plain) : plain;
			return Buffer.concat([Buffer.from([packed, 0, 0, 0, body.length]), body]);
		}
		function serve(stream, headers) {
			stream.on('data', () => {});
			stream.on('end', () => {
				if (headers[':path'] === '/shop.People/Get') {
					stream.respond({':status': 200, 'content-type': 'application/grpc',
						'grpc-encoding': 'gzip'}, {waitForTrailers: true});
					stream.on('wantTrailers', () => stream.sendTrailers({'grpc-status': '0'}));
					stream.end(person());
					return;
				}
				const status = calls++ % 2 ? '5' : '0';
				stream.respond({':status': 200, 'content-type': 'application/grpc'},
					{waitForTrailers: true});
				stream.on('wantTrailers', () => stream.sendTrailers({'grpc-status': status}));
				stream.end(Buffer.from([0, 0, 0, 0, 2, 8, 1]));
			});
		}
		http2.createSecureServer({key: fs.readFileSync(process.env.KEY),
			cert: fs.readFileSync(process.env.CERT)}).on('stream', serve).listen(8443);
		http2.createServer().on('stream', serve).listen(8082);
		const ws = http.createServer((q, r) => r.end('ok'));
		ws.on('upgrade', (q, socket) => {
			const accept = crypto.createHash('sha1').update(q.headers['sec-websocket-key'] +
				'258EAFA5-E914-47DA-95CA-C5AB0DC85B11').digest('base64');
			socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n' +
				`Connection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`);
			socket.on('data', () => socket.write(Buffer.from([0x81, 2, 0x68, 0x69])));
			socket.on('end', () => socket.end());
			socket.on('error', () => {});
		});
		ws.listen(8080);
	JS
	KEY=$KEY CERT=$CERT node "$WORK/server.js" >"$WORK/server.log" 2>&1 &
	wait_until 10 is_listening 8443
	wait_until 10 is_listening 8080
}

# call_all: CALLS gRPC calls to each listener, one WebSocket with CALLS messages.
call_all() {
	cat >"$WORK/client.js" <<-'JS'
		const http2 = require('http2'), net = require('net');
		const host = process.argv[2], calls = Number(process.argv[3]);
		function grpc(url, path) {
			const session = http2.connect(url, {rejectUnauthorized: false});
			let done = 0;
			for (let i = 0; i < calls; i++) {
				const s = session.request({':method': 'POST', ':path': path,
					'content-type': 'application/grpc', 'te': 'trailers'});
				s.on('data', () => {});
				s.on('end', () => { if (++done === calls) session.close(); });
				s.end(Buffer.from([0, 0, 0, 0, 2, 8, 1]));
			}
		}
		grpc(`https://${host}:8443`, '/shop.Cart/Add');
		grpc(`http://${host}:8082`, '/shop.Cart/Add');
		grpc(`http://${host}:8082`, '/shop.People/Get');
		const ws = net.connect(8080, host, () => ws.write('GET /chat HTTP/1.1\r\nHost: chat\r\n' +
			'Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n' +
			'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n'));
		let sent = 0;
		ws.on('data', () => sent++ < calls
			? ws.write(Buffer.from([0x81, 0x82, 1, 2, 3, 4, 0x69, 0x6b])) : ws.end());
	JS
	peer timeout 20 node "$WORK/client.js" "$GATEWAY" $CALLS || fail "the client ended with $?"
}

# post_all: a GraphQL operation in each coding and charset. The Shift_JIS one breaks as JSON if it is
# not converted: its second byte is a backslash.
post_all() {
	cat >"$WORK/post.js" <<-'JS'
		const http = require('http'), zlib = require('zlib'), host = process.argv[2];
		const text = (name, word) => Buffer.concat([Buffer.from('{"a":"'), Buffer.from(word),
			Buffer.from(`","query":"query ${name} { me { id } }"}`)]);
		function raw_zstd(data) {	// one raw block
			const size = data.length << 3 | 1;
			return Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x20, data.length,
				size & 255, size >> 8 & 255, size >> 16]), data]);
		}
		const bodies = [
			['application/json', 'br', zlib.brotliCompressSync(text('InBr', 'x'))],
			['application/json', 'zstd', raw_zstd(text('InZstd', 'x'))],
			['application/json; charset=Shift_JIS', '', text('InSjis', [0x95, 0x5c])],
			['application/json; charset=EUC-JP', '', text('InEuc', [0xc9, 0xbd])]];
		for (const [type, coding, body] of bodies)
			http.request({host, port: 8080, method: 'POST', path: '/graphql', headers: {
				'Content-Type': type, 'Content-Length': body.length,
				...(coding && {'Content-Encoding': coding})}}).end(body);
	JS
	peer timeout 20 node "$WORK/post.js" "$GATEWAY" || fail "the client ended with $?"
}
operations() { api endpoints | jq -r '[.items[].template | select(startswith("/graphql "))] | sort | join(",")'; }
bodies_read() {
	[[ $(operations) == "/graphql query InBr,/graphql query InEuc,/graphql query InSjis,/graphql query InZstd" ]]
}

tls_is_read() {
	peer curl -sk --http2 -o /dev/null --max-time 5 -d x "https://$GATEWAY:8443/ready" &&
		(($(counter tls.request) > 0))
}

# requests METHOD TEMPLATE: as the inventory counts them, with the protocol.
requests() {
	api endpoints | jq -r --arg m "$1" --arg t "$2" \
		'[.items[] | select(.method == $m and .template == $t) | .requests] | add // 0'
}
protocols() {
	api endpoints | jq -r --arg t "$1" '[.items[] | select(.template == $t) | .protocols[]] | unique | join(" ")'
}
outcomes() {
	api endpoints | jq -r --arg t "$1" '[.items[] | select(.template == $t) | .outcomes | to_entries[]] |
		group_by(.key) | map("\(.[0].key)=\([.[].value] | add)") | join(" ")'
}
all_seen() { (($(requests POST /shop.Cart/Add) == 2 * CALLS)) && (($(requests GET /chat) == 1)); }
# fields TEMPLATE: of its sensitive data that is confirmed, with where it is.
fields() {
	yagura endpoints --json | jq -rs --arg t "$1" '[.[] | select(.template == $t) | .data[] |
		select(.confidence == "confirmed") | "\(.in) \(.field) \(.class)"] | sort | join(", ")'
}
people_classed() { [[ $(fields /shop.People/Get) == 'response $.2.1 email, response $.2.3 pan' ]]; }
frames_seen() { (($(counter stream.ws_frame) == 2 * CALLS + 1 || $(counter stream.ws_frame) == 2 * CALLS)); }

need curl jq
make_sandbox
start_node_services
start_yagurad --mode observe
wait_until 20 tls_is_read
call_all
wait_until 20 all_seen
[[ $(outcomes /shop.Cart/Add) == "missing=$CALLS ok=$CALLS" ]] || fail "outcomes $(outcomes /shop.Cart/Add)"
[[ $(protocols /shop.Cart/Add) == grpc ]] || fail "protocols $(protocols /shop.Cart/Add)"
[[ $(protocols /chat) == ws ]] || fail "protocols $(protocols /chat)"
wait_until 10 frames_seen
wait_until 20 people_classed
post_all
wait_until 10 bodies_read
(($(counter body.decoded) >= 4)) || fail "$(counter body.decoded) bodies decoded"
echo "PASS: $((2 * CALLS)) gRPC calls, a WebSocket with $(counter stream.ws_frame) frames, $(counter body.decoded) bodies decoded, $(fields /shop.People/Get)"
