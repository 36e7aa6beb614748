#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# No request hides behind its method: what apache logs of clients that write methods in lower case,
# of their own making, longer than any that is registered, or in pieces, is seen, each request alone
# on its connection and behind another, in clear and under TLS.
. "$(dirname "$0")/lib_conserve.sh"

METHODS=(get GeT "a!#\$%&'*+-.^_\`|~9" abcdefghijklmnop ABCDEFGHIJKLMNOPQRST
	a-method-of-more-than-thirty-two-characters)
EACH=5 # requests of each method, port and scheme

on_fail() { tail -n 60 "$ACCESS_LOG"; }

make_sandbox
start_apache
ACCESS_LOG=$WORK/apache/access.log
start_yagurad --mode observe
wait_until 20 tls_is_read
settle
peer python3 - "$GATEWAY" "${METHODS[@]}" <<'PY' || fail "the client ended with an error"
import socket
import ssl
import sys
import time

context = ssl._create_unverified_context()


def talk(port, pieces):
    """Send them one by one; read until the server has answered as often as it was asked."""
    peer = socket.create_connection((sys.argv[1], port))
    peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if port == 8443:
        peer = context.wrap_socket(peer)
    for piece in pieces:
        peer.sendall(piece)
        time.sleep(0.01)
    while peer.recv(65536):
        pass
    peer.close()


for port in (8080, 8443):
    for method in sys.argv[2:]:
        head = f"{method} /v1/items/7 HTTP/1.1\r\nHost: a\r\n".encode()
        last = head + b"Connection: close\r\n\r\n"
        talk(port, [last])
        talk(port, [b"GET /v1/items/8 HTTP/1.1\r\nHost: a\r\n\r\n", last])
        talk(port, [last[:2], last[2:]])
        talk(port, [last[:len(method)], last[len(method):]])
PY
asked=$((${#METHODS[@]} * EACH * 2))
check_balance "methods"
(($(served) == asked && $(lost) == 0)) || fail "$(served) of $asked served, $(lost) lost"
(($(requests) >= asked)) || fail "the kernel counted $(requests) of $asked"
echo "PASS: $asked requests of ${#METHODS[@]} methods, in clear and under TLS: all seen"
