#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# While one flow of 4096 is sampled, endpoints that nobody asked for before are in the inventory
# after their first request, over HTTP/1 and HTTP/2, in clear and under TLS, also on a connection that
# is not sampled; and the flood beside them is not.
. "$(dirname "$0")/lib.sh"
need h2load nghttp curl jq

WORDS=(accounts ledger transfers mandates consents statements payees limits)
BASES=("http://$GATEWAY:8080" "https://$GATEWAY:8443" "http://$GATEWAY:8082" "https://$GATEWAY:8444")
ASK=("curl -sk --http1.1" "curl -sk --http1.1" "nghttp -n" "curl -sk --http2") # curl 7.88 has a bug in h2c
LOAD=(--h1 --h1 -m1 -m1)
flood() {
	peer h2load "${LOAD[$1]}" -n 4000 -c 50 -t 1 "${BASES[$1]}/v1/items/7" >/dev/null 2>&1
	peer h2load "${LOAD[$1]}" -n 4000 -c 50 -t 1 "${BASES[$1]}/v1/items/8841" >/dev/null 2>&1
}
# ask BASE WORD: on one connection something old, the new, and something old again.
ask() {
	local old=${BASES[$1]}/v1/items/7
	local -a client
	read -ra client <<<"${ASK[$1]}"
	peer "${client[@]}" "$old" "${BASES[$1]}/v1/$2/current" "$old?again" >/dev/null
}
requests_to() {
	api "endpoints?limit=1000" | jq "[.items[] | select(.template == \"$1\") | .requests] | add // 0"
}
is_known() { (($(requests_to "/v1/$1/current") == 1)); }

on_fail() {
	api "endpoints?limit=1000" | jq -c '.items[] | [.service, .method, .template, .requests, .status]'
	api status | jq -c '.counters | .stream, .sample, .tls | map_values(select(. > 0))'
}

make_sandbox
start_nginx 8080 8443 8082 8444
SAMPLE=1/4096 start_yagurad --mode observe
for i in "${!BASES[@]}"; do
	flood "$i" # so that neither the service nor its endpoint is young
done
for i in "${!WORDS[@]}"; do
	ask $((i % 4)) "${WORDS[i]}"
done
for word in "${WORDS[@]}"; do
	wait_until 15 is_known "$word"
done
sleep 2 # the counters are told once a second
asked=$(($(counter sample.request) + $(counter tls.request)))
seen=$(counter stream.exchanges)
echo "$asked requests, $seen sampled; ${#WORDS[@]} of ${#WORDS[@]} new endpoints known after one request each"
((asked == 32000 + 3 * ${#WORDS[@]})) || fail "not all were counted"
((seen < 4000)) || fail "the flood was sampled"
