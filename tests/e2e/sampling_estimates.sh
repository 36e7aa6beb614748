#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# alone: a budget of CPU is what it tests
# At 1/8 the kernel counts every request, the estimate is near, and what is sampled says so. Under
# a CPU budget that is too small, less is sampled, status says why, and the counts stay exact.
. "$(dirname "$0")/lib.sh"
need h2load curl jq

# load: 40 clients, 8 connections of 10 requests each.
load() {
	local i pids=()
	for ((i = 1; i <= 40; i++)); do
		ip addr add "10.77.9.$i/32" dev veth0 2>/dev/null || true
		peer ip route replace "10.77.9.$i/32" dev veth1 src "10.77.0.$((i + 1))"
		peer h2load --h1 -n 80 -c 8 -t 1 "http://10.77.9.$i:8080/v1/items/7" >/dev/null 2>&1 &
		pids+=($!)
	done
	wait "${pids[@]}"
}
served() { access_lines "$ACCESS_LOG"; }
interface() { status ".interfaces[] | select(.name == \"veth0\") | .$1"; }
many_seen() { (($(counter stream.exchanges) > 300)); }
same_sampled() { (($(interface requests_sampled) == $(counter stream.exchanges))); }
counted() { (($(interface requests) == $(served))); }

make_sandbox
start_nginx
SAMPLE=1/8 start_yagurad --mode observe
[[ $(status '.sensor[0].sampled') == 0.125 ]] || fail "share: $(status '.sensor[0].sampled')"
[[ $(status '.sensor[0].sampled_why') == "set by the operator" ]] || fail "no reason"
yagura status | matches 'sampling.*1/8 of flows' || fail "status does not say 1/8"
load
wait_until 10 counted
wait_until 10 many_seen
wait_until 10 same_sampled
sleep 2 # the counters are told once a second: nothing follows
seen=$(counter stream.exchanges)
estimate=$(api endpoints | jq '[.items[].requests] | add')
echo "served $(served), counted $(interface requests), of sampled flows $(interface requests_sampled)," \
	"exchanges $seen, estimate $estimate"
(($(interface requests_sampled) == seen)) || fail "sampled and seen differ"
((seen < $(served) / 2)) || fail "not sampled"
# A service's first 256 requests are all seen; of 320 flows the rest is drawn: 3 deviations.
((estimate > $(served) * 4 / 10 && estimate < $(served) * 16 / 10)) || fail "estimate $estimate"
[[ $(counter sample.lost_request) == 0 ]] || fail "requests lost"
stop_yagurad

SAMPLE=auto start_yagurad --mode observe --cpu-budget 1
[[ $(status '.sensor[0].sampled') == 1 ]] || fail "does not begin with everything"
is_pressed() {
	load
	[[ $(status '.sensor[0].sampled_why') == "CPU budget used up" ]] &&
		[[ $(status '.sensor[0].sampled < 1') == true ]]
}
wait_until 20 is_pressed
yagura status | sed -n '/sampling/p'
balanced() { (($(counter sample.request) == $(served))); } # counters outlive the daemon
wait_until 10 balanced
