#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The whole daemon is killed: blocks stay in force until the heartbeat limit, then everything
# passes and is counted as such; a new daemon puts them in force again. With fail-closed they stay.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib_roles.sh"

LIMIT_S=6

kill_daemon() {
	kill -KILL "$DAEMON_PID"
	wait_until 5 bash -c "! pgrep -x yagurad && ! pgrep yg-"
}

make_sandbox
start_nginx
start_roles --heartbeat-limit ${LIMIT_S}s
block_by_hand "$BLOCKED"
! reach "$BLOCKED" || fail "the block is not in force"

start_load
killed=$EPOCHREALTIME
kill_daemon
! reach "$BLOCKED" 0.5 || fail "the block ended with the daemon"
wait_until 10 reach "$BLOCKED" 0.3
opened=$EPOCHREALTIME
after_ms=$(((${opened/./} - ${killed/./}) / 1000))
# The last heartbeat is older than the kill where a daemon has to wait for its turn.
((after_ms >= LIMIT_S * 1000 - 1000)) || fail "open after $after_ms ms already"
(($(counter guard.fail_open) > 0)) || fail "failing open is not counted"

start_roles --heartbeat-limit ${LIMIT_S}s
wait_until 5 bash -c "curl -s --unix-socket $RUN/yagura.sock http://y/v1/blocks | grep -q $BLOCKED"
! reach "$BLOCKED" || fail "the new daemon did not put the block in force"

kill_daemon
start_roles --heartbeat-limit 1s --fail-closed
! reach "$BLOCKED" || fail "the third daemon did not put the block in force"
kill_daemon
! reach "$BLOCKED" 2.5 || fail "open in spite of --fail-closed"
reach "$ORDINARY" 2 || fail "an ordinary client is cut off"
stop_load
echo "PASS: open $after_ms ms after the kill; $ASKED ordinary requests, 0 failed"
