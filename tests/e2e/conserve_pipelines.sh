#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Clients that send requests one behind the other, without waiting: the kernel counts as many as
# nginx logs, in clear and under TLS, and all are seen; at 1/8 it counts the same.
. "$(dirname "$0")/lib_conserve.sh"
need h2load curl jq python3

# bundles PORT SCHEME: 8 connections, each with 3 bundles of 200 requests: of bodies, too, some of
# which look like requests; in pieces that end anywhere.
bundles() {
	peer python3 - "$1" "$2" <<-'END'
		import random, socket, ssl, sys
		port, scheme = int(sys.argv[1]), sys.argv[2]
		decoy = b"\r\n\r\nGET /no HTTP/1.1\r\nHost: a\r\n\r\n" * 3
		head = b"Host: gw\r\nUser-Agent: bundles/1.0 (of many)\r\n"
		kinds = [
		    lambda i: b"GET /v1/a/%d HTTP/1.1\r\n%s\r\n" % (i, head),
		    lambda i: b"POST /v1/b/%d HTTP/1.1\r\n%sContent-Length: %d\r\n\r\n%s"
		              % (i, head, len(decoy), decoy),
		    lambda i: b"POST /v1/c HTTP/1.1\r\n%sTransfer-Encoding: chunked\r\n\r\n"
		              b"%x\r\n%s\r\n0\r\n\r\n" % (head, len(decoy), decoy),
		    lambda i: b"DELETE /v1/d/%d HTTP/1.1\r\n%s\r\n" % (i, head),
		]
		context = ssl.create_default_context()
		context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
		draw = random.Random(port)
		for connection in range(8):
		    with socket.create_connection(("10.77.0.1", port)) as raw:
		        sock = context.wrap_socket(raw) if scheme == "https" else raw
		        sock.settimeout(20)
		        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
		        for bundle in range(3):
		            text = b"".join(draw.choice(kinds)(i) for i in range(200))
		            left, seen = 200, b""
		            while text:
		                cut = draw.choice((1, 7, 100, 1000, 9000, 70000))
		                sock.sendall(text[:cut])
		                text = text[cut:]
		            while left:
		                data = sock.recv(65536)
		                if not data:
		                    sys.exit(f"{left} requests without an answer")
		                left -= (seen[-8:] + data).count(b"HTTP/1.1 ") - seen[-8:].count(b"HTTP/1.1 ")
		                seen = data
	END
}

counted() { (($(requests) == $(served))); }
load_all() {
	load http 8080 $TOTAL -m 16
	load https 8443 $TOTAL -m 16
	bundles 8080 http || fail "a bundle in clear was not answered"
	bundles 8443 https || fail "a bundle under TLS was not answered"
}
say() { echo "$1: served $(served), kernel $(requests), seen $(seen), lost $(lost)"; }

TOTAL=2000
make_sandbox
make_sources
start_nginx
start_yagurad --mode observe
wait_until 20 grep -q "attached to .*$(tls_file nginx)" "$DAEMON_LOG"
wait_until 20 tls_is_read
settle
load_all
check_balance "all of them"
wait_until 10 counted
say "all of them"

skipped() { echo $(($(counter sample.skip_request) + $(counter tls.skip_request) - skipped_before)); }
SAMPLE=1/8 begin_anew
skipped_before=0
skipped_before=$(skipped)
load http 8080 $TOTAL -m 16
load https 8443 $TOTAL -m 16
wait_until 20 counted
say "at 1/8"
# Who is read for its first requests only is not read to the answers of those that came with them.
chosen=$(($(requests) - $(skipped)))
((chosen < $(served))) || fail "all requests were sampled"
(($(seen) > 0 && $(seen) <= chosen)) || fail "of $chosen sampled, $(seen) were seen"
echo "PASS: the kernel counts requests that do not wait for answers as nginx does"
