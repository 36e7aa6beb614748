#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The whole daemon is killed: blocks stay in force until the heartbeat limit, then everything
# passes and is counted as such; a new daemon puts them in force again. With fail-closed they stay.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib_roles.sh"

LIMIT_S=6

wait_gone() { # a kernel that is busy takes its time to take the probes off
	wait_until 20 bash -c "! pgrep -x yagurad && ! pgrep yg-"
}
beat_ms() { # of the daemon that runs, or of the one that ran last
	bpftool -j map dump pinned "$BPFFS/yg_control" |
		jq '[.. | .heartbeat_ns? // empty] | max / 1000000 | floor'
}
now_ms() { python3 -c 'import time; print(time.monotonic_ns() // 1000000)'; }

make_sandbox
start_nginx
start_roles --heartbeat-limit ${LIMIT_S}s
block_by_hand "$BLOCKED"
! reach "$BLOCKED" || fail "the block is not in force"

start_load
kill -KILL "$DAEMON_PID"
wait_until 10 reach "$BLOCKED" 1 # tried from the very first moment on
after_ms=$(($(now_ms) - $(beat_ms)))
((after_ms >= LIMIT_S * 1000)) || fail "open $after_ms ms after the last heartbeat already"
wait_gone
(($(counter guard.fail_open) > 0)) || fail "failing open is not counted"

start_roles --heartbeat-limit ${LIMIT_S}s
wait_until 5 bash -c "curl -s --unix-socket $RUN/yagura.sock http://y/v1/blocks | grep -q $BLOCKED"
! reach "$BLOCKED" || fail "the new daemon did not put the block in force"

kill -KILL "$DAEMON_PID"
wait_gone
start_roles --heartbeat-limit 1s --fail-closed
! reach "$BLOCKED" || fail "the third daemon did not put the block in force"
kill -KILL "$DAEMON_PID"
wait_gone
! reach "$BLOCKED" 2.5 || fail "open in spite of --fail-closed"
reach "$ORDINARY" 10 || fail "an ordinary client is cut off"
stop_load
echo "PASS: open $after_ms ms after the last heartbeat; $ASKED ordinary requests, 0 failed"
