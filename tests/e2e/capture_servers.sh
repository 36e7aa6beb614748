#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Every request of every server is seen once, in clear and under TLS, with the right client,
# although the sensor came after the server.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib_capture.sh"
need curl

REQUESTS=20

make_sandbox
for server in nginx haproxy apache node python; do
	"start_$server" 8080 8443
	start_probe -i veth0
	wait_until 20 attached "$(tls_file "$server")"
	ask $REQUESTS "http://$GATEWAY:8080" "https://$GATEWAY:8443"
	wait_until 20 eval "((\$(seen in 'GET /from') >= ASKERS * REQUESTS))"
	wait_until 20 eval "((\$(seen read 'GET /from') >= ASKERS * REQUESTS))"
	stop_probe
	missing=$(unseen in $REQUESTS 8080 && unseen read $REQUESTS 8443)
	[[ -z $missing ]] || fail "$server: $missing"
	(($(seen out 'HTTP/1.1 200') == ASKERS * REQUESTS)) || fail "$server: answers in clear"
	(($(seen write 'HTTP/1.1 200') == ASKERS * REQUESTS)) || fail "$server: answers under TLS"
	! grep -E '^count (sample|tls)\.lost_.* [1-9]' "$PROBE_LOG" || fail "$server: losses"
	! grep -E '^ring .* corrupt [1-9]' "$PROBE_LOG" || fail "$server: corrupt records"
	kill "$SERVER_PID"
	wait "$SERVER_PID" || true
	echo "$server: $((2 * ASKERS * REQUESTS)) requests"
done
echo "PASS: 5 servers"
