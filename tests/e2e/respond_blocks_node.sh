#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# An attacker who walks account numbers over HTTPS at node, whose TLS has memory instead of a
# socket, is found and blocked by the address of its connection; another client is not.
. "$(dirname "$0")/lib.sh"
need curl

make_sandbox
start_node
start_yagurad --mode enforce

tls_is_read() {
	peer curl -sk --http1.1 --interface 10.77.0.3 -o /dev/null "https://$GATEWAY:8443/v1/ready" &&
		(($(counter tls.request) > 0))
}
is_blocked() { api blocks | jq -e '[.. | strings | select(startswith("10.77.0.2"))] | length > 0'; }

wait_until 20 tls_is_read
peer curl -sk --http1.1 --interface 10.77.0.3 -o /dev/null "https://$GATEWAY:8443/v1/accounts/7?n=[1-20]"
timeout 10 ip netns exec peer curl -sk --http1.1 --interface 10.77.0.2 -o /dev/null \
	-H "Authorization: Bearer abcdef0123456789" "https://$GATEWAY:8443/v1/accounts/[1000-1400]" || true
wait_until 20 is_blocked
! peer curl -sk --max-time 2 --interface 10.77.0.2 -o /dev/null "https://$GATEWAY:8443/v1/ready" ||
	fail "the attacker still gets answers"
peer curl -sk --max-time 5 --interface 10.77.0.3 -o /dev/null "https://$GATEWAY:8443/v1/ready" ||
	fail "another client is cut off"
echo "PASS: 10.77.0.2 is blocked, 10.77.0.3 is not"
