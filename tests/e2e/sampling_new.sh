#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# While one flow of 4096 is sampled, endpoints that nobody asked for before are in the inventory
# after their first request, in clear and under TLS, as are requests on a connection that is not
# sampled; and the flood beside them is not.
. "$(dirname "$0")/lib.sh"
need h2load curl jq

WORDS=(accounts ledger transfers mandates consents statements)
flood() {
	peer h2load --h1 -n 4000 -c 50 -t 1 "$1/v1/items/7" >/dev/null 2>&1
	peer h2load --h1 -n 4000 -c 50 -t 1 "$1/v1/items/8841" >/dev/null 2>&1
}
# ask BASE WORD: on one connection something old, the new, and something old again.
ask() { peer curl -sk --http1.1 -o /dev/null "$1/v1/items/7" -o /dev/null "$1/v1/$2/current" -o /dev/null "$1/v1/items/7"; }
requests_to() {
	api "endpoints?limit=1000" | jq "[.items[] | select(.template == \"$1\") | .requests] | add // 0"
}
is_known() { (($(requests_to "/v1/$1/current") == 1)); }

make_sandbox
start_nginx
SAMPLE=1/4096 start_yagurad --mode observe
for base in "http://$GATEWAY:8080" "https://$GATEWAY:8443"; do
	flood "$base" # so that neither the service nor its endpoint is young
done
for i in "${!WORDS[@]}"; do
	base=http://$GATEWAY:8080
	((i % 2)) && base=https://$GATEWAY:8443
	ask "$base" "${WORDS[i]}"
done
for word in "${WORDS[@]}"; do
	wait_until 15 is_known "$word"
done
sleep 2 # the counters are told once a second
asked=$(($(counter sample.request) + $(counter tls.request)))
seen=$(counter stream.exchanges)
echo "$asked requests, $seen sampled; ${#WORDS[@]} of ${#WORDS[@]} new endpoints known after one request each"
((asked == 16000 + 3 * ${#WORDS[@]})) || fail "not all were counted"
((seen < 2000)) || fail "the flood was sampled"
