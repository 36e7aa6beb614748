#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# SIGHUP applies what a running daemon can change and refuses the rest with the reason; protected
# addresses are never blocked, whoever asks; a role that cannot live is called failed and the
# daemon goes on enforcing.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib_roles.sh"

CONFIG=$WORK/yagura.yaml

said() { grep -q "$1" "$DAEMON_LOG"; }
must_refuse() {
	! block_by_hand "$1" 2>/dev/null || fail "'$1' was blocked"
	[[ $ANSWER == 4?? ]] || fail "a block of '$1' was not refused, but $ANSWER"
}

configure() {
	printf '%s\n' "$@" >"$CONFIG"
	[[ -z $DAEMON_PID ]] || kill -HUP "$DAEMON_PID"
}

make_sandbox
start_nginx
configure "block-ttl: 10m" "allow: [10.77.0.20, 10.77.0.32/28]"
start_roles --config "$CONFIG" --trusted-proxy 10.77.0.25

for never in "$GATEWAY" "$GATEWAY6" 10.77.0.20 10.77.0.25 10.77.0.40 127.0.0.1 ::1 224.0.0.1 \
	10.77.0.0/24 0.0.0.0/0 10.0.0.0/8 ::/0 ::ffff:0:0/96; do
	must_refuse "$never"
done
[[ $(api GET blocks | jq '.items | length') == 0 ]] || fail "something is blocked"

# A new allow list takes away the block of an address that is on it.
block_by_hand "$BLOCKED"
! reach "$BLOCKED" || fail "the block is not in force"
is_new() { role_pid "$1" && [[ $(role_pid "$1") != "$2" ]]; }
declare -A old
for role in analyzer enforcer desk; do old[$role]=$(role_pid $role); done
configure "block-ttl: 10m" "allow: [10.77.0.20, $BLOCKED]"
wait_until 10 said "reload: done"
wait_until 10 reach "$BLOCKED" 2
# The roles begin anew; a desk that ends may leave what it was asked last without an answer.
for role in "${!old[@]}"; do wait_until 10 is_new "$role" "${old[$role]}"; done
must_refuse "$BLOCKED"
block_by_hand 10.77.0.40 # no longer on the list
wait_until 10 bash -c "curl -s --unix-socket $RUN/yagura.sock http://y/v1/status |
	jq -e '[.roles[].cause] | all(. == \"\")'"

# What it cannot change, and what is not a configuration, leaves all as it is.
configure "block-ttl: 10m" "mode: observe" "ring-size: 1M"
kill -HUP "$DAEMON_PID"
wait_until 10 said "refused: 'ring-size' cannot change while running\|refused: 'block-ttl'"
configure "allow: [10.77.0.999]"
wait_until 10 said "refused: $CONFIG:1: allow: not an address"
! reach 10.77.0.40 || fail "a refused reload took a block away"

# A role that dies at once, again and again.
last=
die() { # a new one: pgrep(1) shows the dead until they are reaped
	local pid
	pid=$(role_pid analyzer) && [[ $pid != "$last" ]] && kill -KILL "$pid" && last=$pid
}
is_failed() {
	api GET status | jq -e '.roles[] | select(.role == "analyzer" and .state == "failed")'
}
dies_or_is_failed() { is_failed || die; }
for ((i = 0; i < 20; i++)); do # ten within a minute are enough, where a machine is that fast
	wait_until 15 dies_or_is_failed
done
wait_until 10 is_failed
! reach 10.77.0.40 || fail "the block ended with the analyzer"
block_by_hand 10.77.0.39
! reach 10.77.0.39 || fail "an operator cannot block while the analyzer is down"
echo "PASS: reload, protection, a failed role"
