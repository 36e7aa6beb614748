#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# alone: its time is limited
# The demo observes what it claims, ends within its time, and leaves nothing behind.
set -euo pipefail
cd "$(dirname "$0")/../.."
((EUID == 0)) || {
	echo "SKIP: needs root"
	exit 77
}
LIMIT_S=90

# What the demo could leave: pins, sockets, interfaces, namespaces, files. Its programs are counted
# by quickstart itself, which allows for other sensors on this machine to end meanwhile.
traces() {
	ls /sys/fs/bpf/yagura /run/yagura 2>/dev/null || true
	ip -o link show | wc -l
	ip netns list | wc -l
	find /tmp -maxdepth 1 -name 'yagura-demo*' | wc -l
}

before=$(traces)
start=$SECONDS
NO_COLOR=1 tools/quickstart --no-setup --demo
took=$((SECONDS - start))
((took <= LIMIT_S)) || {
	echo "FAIL: the demo took $took s"
	exit 1
}
[[ $(traces) == "$before" ]] || {
	echo "FAIL: the demo left something behind"
	diff <(echo "$before") <(traces)
	exit 1
}

# Interrupted half way, too.
setsid --wait tools/demo/run >/dev/null 2>&1 &
session=$!
for ((i = 0; i < 200; i++)); do
	demo=$(pgrep -P "$session" -f demo/run | head -n 1 || true)
	[[ -z $demo ]] || ! pgrep -f traffic.py >/dev/null || break
	sleep 0.1
done
kill -INT -- "-$demo" 2>/dev/null || kill -KILL "$session"
wait "$session" || true
for ((i = 0; i < 100; i++)); do
	[[ $(traces) != "$before" ]] || break
	sleep 0.1
done
[[ $(traces) == "$before" ]] || {
	echo "FAIL: an interrupted demo left something behind"
	diff <(echo "$before") <(traces)
	exit 1
}
echo "PASS: demo in $took s, nothing left behind, also when interrupted"
