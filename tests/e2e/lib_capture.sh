# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Stage 1 alone: tests/e2e/capture_probe prints one line per record. Source it after lib.sh.
#
#	start_probe [OPTION]...	load and attach, scoped to this network namespace; waits for it
#	stop_probe		end it; its counters are at the end of $PROBE_LOG
#	attached PATTERN	has it attached to a file whose name matches?
#	ask COUNT URL...	from each client address, COUNT requests over one connection per URL
#	seen SOURCE PATTERN	records of that source whose line matches
#	unseen SOURCE COUNT PORT	clients whose COUNT requests were not all seen, with the count

PROBE=$BUILD/tests/e2e/capture_probe
PROBE_LOG=$WORK/probe.log
PROBE_PID=
ASKERS=8 # client addresses used: 10.77.0.2 and up

on_fail() {
	echo "--- probe:"
	grep -v -e '^capability' -e '^count .* 0$' -e '^\(in\|out\|read\|write\) ' "$PROBE_LOG" | tail -n 80
}

start_probe() {
	[[ -x $PROBE ]] || skip "no $PROBE: run make tests"
	: >"$PROBE_LOG" # now: the job opens it later, and the one before was ready, too
	"$PROBE" -n self -s 500 "$@" "$BPFFS" >>"$PROBE_LOG" &
	PROBE_PID=$!
	wait_until 20 grep -q -e '^ready' -e '^error' "$PROBE_LOG"
	! grep '^error' "$PROBE_LOG" || fail "the probe did not start"
}

stop_probe() {
	kill -TERM "$PROBE_PID"
	wait "$PROBE_PID" || fail "the probe failed"
}

attached() { grep -q "^note attached to .*$1" "$PROBE_LOG"; }
# A retransmission is the same line again, with the same sequence number.
seen() { { grep "^$1 .*$2" "$PROBE_LOG" || true; } | sort -u | wc -l; }

ask() {
	local count=$1 url i
	shift
	for url; do
		for ((i = 2; i < ASKERS + 2; i++)); do
			peer curl -sk --http1.1 --interface "10.77.0.$i" -o /dev/null \
				"$url/from-$i?n=[1-$count]" || fail "no answer from $url"
		done
	done
}

# Each request line names its client; the record must name the same one.
unseen() {
	local source=$1 count=$2 port=$3 i got
	for ((i = 2; i < ASKERS + 2; i++)); do
		got=$(seen "$source" "10\.77\.0\.$i:[0-9]* 10\.77\.0\.1:$port .*GET /from-$i?n=")
		((got == count)) || echo "10.77.0.$i: $got of $count"
	done
}
