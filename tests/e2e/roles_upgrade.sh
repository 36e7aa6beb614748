#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# A daemon takes over from one that runs, and one is stopped and started: no ordinary request
# fails, no packet of a blocked client passes. --detach leaves nothing behind.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib_roles.sh"

lists_block() { api GET blocks | matches "$BLOCKED"; }
taken_over() { [[ $(<"$RUN/yagurad.pid") != "$1" ]] && ! is_running "$1" && api GET status; }

make_sandbox
start_nginx
# What is shown is that there is no gap: how fast this machine stops and starts is another matter.
LIMIT=(--heartbeat-limit 5m)
start_roles "${LIMIT[@]}"
block_by_hand "$BLOCKED"
! reach "$BLOCKED" || fail "the block is not in force"
start_load
start_intruder

# A second one without being told to take over says who is there, and leaves all as it is.
! run_yagurad || fail "two daemons at once"
daemon_log 5 | matches "another yagurad runs here as process $DAEMON_PID" ||
	fail "the second daemon did not say why it ends"

for ((i = 0; i < 3; i++)); do
	old=$DAEMON_PID
	run_yagurad --replace "${LIMIT[@]}" &
	wait_until 20 taken_over "$old"
	wait_until 10 roles_are_up
	wait_until 10 lists_block
	DAEMON_PID=$(<"$RUN/yagurad.pid")
done

# Stop and start, as a service manager does it.
kill -TERM "$DAEMON_PID"
wait_until 10 bash -c "! pgrep -x yagurad"
[[ ! -e $RUN/yagura.sock ]] || fail "the socket stayed behind"
start_roles "${LIMIT[@]}"
wait_until 10 lists_block
stop_intruder
stop_load
(($(drops "$BLOCKED") > 0)) || fail "no drop was counted at the block"
(($(counter guard.fail_open) == 0)) || fail "the guard failed open in between"

# A mode that must not drop, and a clean kernel afterwards.
run_yagurad --replace --mode observe &
old=$DAEMON_PID
wait_until 20 taken_over "$old"
wait_until 5 reach "$BLOCKED" 1
DAEMON_PID=$(<"$RUN/yagurad.pid")
! block_by_hand "$BLOCKED" || fail "a block was placed in mode observe"
! run_yagurad --detach || fail "detached under a running daemon"
kill -TERM "$DAEMON_PID"
wait_until 10 bash -c "! pgrep -x yagurad"
run_yagurad --detach || fail "cannot detach"
[[ -z $(find "$BPFFS" -type f) ]] || fail "pins stayed behind: $(find "$BPFFS" -type f)"
! ip -d link show veth0 | matches xdp || fail "XDP stayed behind"
[[ -z $(bpftool -j net show dev veth0 | jq -r '.[].tc[]?') ]] || fail "TC stayed behind"
echo "PASS: 3 takeovers, 1 restart; $ASKED ordinary requests, 0 failed; $TRIED blocked, 0 answered"
