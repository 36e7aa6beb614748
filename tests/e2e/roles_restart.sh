#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# A role that is killed comes back; meanwhile blocks stay in force and ordinary clients notice
# nothing; what was stored and blocked is still known afterwards.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib_roles.sh"

make_sandbox
start_nginx
start_roles
reach "$BLOCKED" 10 || fail "nobody is blocked yet"
block_by_hand "$BLOCKED"
! reach "$BLOCKED" || fail "the block is not in force"
reach "$ORDINARY" 10 || fail "an ordinary client is blocked"

is_new() { role_pid "$1" && [[ $(role_pid "$1") != "$2" ]]; }
lists_block() { api GET blocks | matches "$BLOCKED"; }

start_load
start_intruder
for role in analyzer enforcer desk; do
	old=$(role_pid $role)
	kill -KILL "$old"
	if [[ $role == enforcer ]]; then
		# There is none, and then one that does not know yet whom it must not block.
		block_by_hand 10.77.0.35 || fail "a block asked of a new enforcer: $ANSWER"
	fi
	wait_until 5 is_new $role "$old"
	wait_until 10 api GET status
	wait_until 10 lists_block
	wait_until 5 bash -c "curl -s --unix-socket $RUN/yagura.sock http://y/v1/status | jq -e \
		'.roles[] | select(.role == \"$role\" and .state == \"running\" and .restarts == 1)'"
done
stop_intruder
stop_load

# The new enforcer took over the block: it can take it away, and knows it has.
api DELETE "blocks/$BLOCKED" >/dev/null
! lists_block || fail "the block is still listed"
wait_until 5 reach "$BLOCKED" 10

# The new analyzer works: it sees, and its predecessors' callers are not forgotten.
wait_until 10 bash -c "curl -s --unix-socket $RUN/yagura.sock http://y/v1/callers | grep -q $ORDINARY"
echo "PASS: three roles killed; $ASKED ordinary requests, 0 failed; $TRIED blocked, 0 answered"
