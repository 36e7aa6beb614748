#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Two sensors on one TLS library (as during an upgrade) harm no process that uses it: apache and
# python keep their registers. The library is a copy, so that other sensors on this machine have no
# part in it. The second reads the code of a Go program as it is in the file, not with the first
# one's breakpoints in it.
. "$(dirname "$0")/lib_conserve.sh"
need h2load

second_is_ready() {
	grep -q "attached to .*libssl" "$WORK/second.log" &&
		grep -q "attached to .*caddy" "$WORK/second.log"
}
go_is_read() { grep -q "attached to .*caddy" "$WORK/yagurad.log"; }

make_sandbox
make_sources
mkdir "$RUN/2" "$STATE/2"
start_apache
start_caddy 8081 8444
start_yagurad --mode observe
wait_until 20 tls_is_read
wait_until 20 go_is_read
"$BUILD/yagurad" --bpffs /sys/fs/bpf/second --state-dir "$STATE/2" --run-dir "$RUN/2" \
	--interface lo --scope-netns "$(netns_id)" >"$WORK/second.log" 2>&1 &
wait_until 20 second_is_ready
python3 - $GATEWAY <<'PY' || fail "python ended with an error under two sensors"
import socket
import ssl
import sys

context = ssl._create_unverified_context()
for _ in range(600):
    peer = context.wrap_socket(socket.create_connection((sys.argv[1], 8443)))
    peer.sendall(b"GET /v1/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    while peer.recv(4096):
        pass
    peer.close()
PY
load https 8443 $TOTAL
! grep -q 'exit signal' "$WORK/apache/error.log" || fail "apache crashed under two sensors"
echo "PASS: 600 connections of python and $TOTAL requests of apache under two sensors"
