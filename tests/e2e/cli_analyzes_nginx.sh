#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# What tcpdump recorded at a real nginx holds, for `yagura analyze`, exactly the lines of the access
# log: connection, status, method and target of every request, IPv4 and IPv6.
. "$(dirname "$0")/lib.sh"
need tcpdump h2load jq curl
[[ -x $BUILD/yagura ]] || skip "no $BUILD/yagura: run make"
make_sandbox
start_nginx 8080

capture=$WORK/capture.pcap
tcpdump -i veth0 -U -s 0 -B 65536 -w "$capture" 'tcp port 8080' 2>"$WORK/tcpdump.log" &
tcpdump_pid=$!
wait_until 10 grep -q 'listening on' "$WORK/tcpdump.log"

peer h2load --h1 -n 20000 -c 16 -t 1 "http://$GATEWAY:8080/v1/items/7?a=b" >/dev/null
for number in 1 2 3; do
	peer curl -sg -o /dev/null "http://[$GATEWAY6]:8080/v1/users/$number"
	peer curl -s -o /dev/null -T - -H 'Expect:' "http://$GATEWAY:8080/v1/put" <"$CERT"
	peer curl -s -I -o /dev/null "http://$GATEWAY:8080/v1/head"
done

# tcpdump is behind: it has read everything when it has written the last answer.
peer curl -s -o /dev/null "http://$GATEWAY:8080/v1/end-of-capture"
wait_until 10 grep -aqF '"path":"/v1/end-of-capture"' "$capture"
log_is_whole() { (($(access_lines "$ACCESS_LOG") == 20010)); }
wait_until 10 log_is_whole
kill -INT "$tcpdump_pid"
wait "$tcpdump_pid" || true
grep -q '^0 packets dropped by kernel' "$WORK/tcpdump.log" || skip "tcpdump lost packets"

"$BUILD/yagura" analyze --exchanges --json "$capture" >"$WORK/out.jsonl"
jq -r 'select(.type == "exchange") | "\(.client) \(.status) \(.method) \(.target) HTTP/1.1"' \
	"$WORK/out.jsonl" | sed 's/^\[\(.*\)\]:/\1:/' | sort >"$WORK/seen"
sort "$ACCESS_LOG" | diff - "$WORK/seen" >"$WORK/difference" ||
	fail "$(wc -l <"$WORK/difference") lines differ: $(head -n 3 "$WORK/difference")"
jq -e 'select(.type == "summary") | .lost.header == 0 and .exchanges == 20010 and
	.frames == .segments + ([.skipped[], .lost[]] | add)' "$WORK/out.jsonl" >/dev/null ||
	fail "summary: $(tail -n 1 "$WORK/out.jsonl")"
