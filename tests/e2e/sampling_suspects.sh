#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# At 1/4 a scanner is found; from then on each of its connections is seen, whatever a flood of others
# does to the share of everybody else. Only the enforcer can write the table that says so.
. "$(dirname "$0")/lib.sh"
need h2load curl jq bpftool

SCANNER=10.77.0.9
# scan FROM TO: one place that does not exist per connection.
scan() {
	local i
	for ((i = $1; i < $2; i++)); do
		peer curl -s -o /dev/null --interface "$SCANNER" "http://$GATEWAY:8080/missing-$i-x/" || true
	done
}
flood() {
	local i pids=()
	for ((i = 0; i < 8; i++)); do
		peer h2load --h1 -n 4000 -c 50 -t 1 "http://$GATEWAY:8080/v1/items/7" >/dev/null 2>&1 &
		pids+=($!)
	done
	wait "${pids[@]}"
}
suspects() { bpftool -j map dump pinned "$BPFFS/yg_always" | jq length; }
is_watched() { (($(suspects) >= 1)); }
seen_of() { api "callers?limit=1000" | jq "[.items[] | select(.client == \"$SCANNER\") | .requests] | add // 0"; }

make_sandbox
mkdir -p "$WORK/nginx"
echo 'location /missing { return 404; }' >"$WORK/nginx/location.conf"
start_nginx
SAMPLE=1/4 start_yagurad --mode observe
flood # so that the service is no longer young
scan 0 120
wait_until 10 is_watched
echo "suspects $(suspects), findings $(api findings | jq '.items | length')"
sleep 6 # callers are told each five seconds
flood &
flooding=$!
before=$(seen_of)
scan 200 240
wait $flooding
all_seen() { (($(seen_of) == before + 40)); }
wait_until 15 all_seen
echo "40 of 40 connections of the scanner seen during a flood"
