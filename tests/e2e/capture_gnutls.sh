#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# What GnuTLS reads and writes is seen once, with the right addresses: gnutls-serv as the server of
# many clients, gnutls-cli as the client of nginx.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib_capture.sh"
need curl gnutls-serv gnutls-cli

REQUESTS=20

make_sandbox
start_nginx 8080 8444
gnutls-serv --http --quiet --port 8443 --x509certfile "$CERT" --x509keyfile "$KEY" \
	>"$WORK/serv.log" 2>&1 &
SERVER_PID=$!
wait_until 10 is_listening 8443
start_probe -i veth0
wait_until 20 attached gnutls

# gnutls-serv closes after each answer: one connection, so one object, per request.
ask $REQUESTS "https://$GATEWAY:8443"
wait_until 20 eval "((\$(seen read 'GET /from') >= ASKERS * REQUESTS))"
missing=$(unseen read $REQUESTS 8443)
[[ -z $missing ]] || fail "gnutls-serv: $missing"
(($(seen write 'HTTP/1.0 200') == ASKERS * REQUESTS)) || fail "gnutls-serv: answers"

# The client end: its requests are writes from this host, answers are reads.
for ((i = 1; i <= REQUESTS; i++)); do
	printf 'GET /to-%d HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n' "$i" |
		gnutls-cli --insecure --port 8444 "$GATEWAY" >/dev/null 2>&1 || true
done
wait_until 20 eval "((\$(seen write 'GET /to-') >= REQUESTS))"
(($(seen write "$GATEWAY:[0-9]* $GATEWAY:8444 .*GET /to-") == REQUESTS)) ||
	fail "gnutls-cli: $(seen write "$GATEWAY:[0-9]* $GATEWAY:8444 .*GET /to-") of $REQUESTS"
stop_probe
! grep -E '^count tls\.lost_.* [1-9]' "$PROBE_LOG" || fail "losses"
kill "$SERVER_PID"
echo "PASS: $((ASKERS * REQUESTS)) requests to gnutls-serv, $REQUESTS of gnutls-cli"
