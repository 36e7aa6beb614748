#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What careless operators and other root processes do to a running sensor: the disk fills up, the
# knobs in the kernel are zeroed, pins are removed, a second daemon is started, a stranger locks the
# lock, databases are garbage. It goes on or says why not; ordinary requests never fail.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/lib_roles.sh
. "$(dirname "$0")/lib_roles.sh"

need python3 setpriv
make_sandbox
start_nginx
mount -t tmpfs -o size=1m tmpfs "$STATE"
start_roles
start_load

# --- a full disk: counted and said; blocks go on.
head -c 2000000 /dev/zero >"$STATE/full" 2>/dev/null || true
for ((i = 0; i < 300; i++)); do echo "url=http://$GATEWAY:8080/v1/item/$i"; echo 'output=/dev/null'; done >"$WORK/urls"
peer curl -s -K "$WORK/urls"
said() { grep -q "$1" "$DAEMON_LOG"; }
wait_until 15 said 'No space left on device'
block_by_hand "$BLOCKED" 600
! reach "$BLOCKED" || fail "no block while the disk is full"
rm "$STATE/full"
mount -o remount,size=100m "$STATE" # what waited to be stored may be more than the little that was
wait_until 15 said 'store: works again'

cut_again() { ! reach "$BLOCKED"; }

# --- the knobs: zero is "pass everything", for an instant.
zeros=$(printf '0 %.0s' {1..64})
# shellcheck disable=SC2086 # words on purpose
bpftool map update pinned "$BPFFS/yg_control" key 0 0 0 0 value $zeros
wait_until 5 cut_again

# --- pins taken away under it: maps are held by fds, programs are attached again.
rm -r "$BPFFS/links" "$BPFFS/yg_block4"
wait_until 15 said 'programs were taken away'
wait_until 5 cut_again
block_by_hand 10.77.0.31 600
! reach 10.77.0.31 || fail "no block without pins"

# --- a second daemon, with the same and with another run directory; and a detach.
refused() {
	local why=$1
	shift
	! timeout 10 "$BUILD/yagurad" --bpffs "$BPFFS" --state-dir "$STATE" --run-dir "$RUN" \
		--scope-netns "$(netns_id)" --interface veth0 "$@" >"$WORK/second" 2>&1 ||
		fail "started: $*"
	grep -q "$why" "$WORK/second" || fail "does not say why: $(cat "$WORK/second")"
}
refused 'another yagurad runs here'
refused 'busy' --run-dir /run/other
refused 'stop it first' --detach
refused 'busy' --detach --run-dir /run/other
roles_are_up >/dev/null || fail "a role is gone"
! reach "$BLOCKED" || fail "a second daemon took the block away"

# --- it ends; a stranger may not keep the next one from starting.
stop_roles() {
	kill "$DAEMON_PID"
	wait_until 15 is_gone
}
is_gone() { ! is_running "$DAEMON_PID"; }
stop_roles
! setpriv --reuid=65533 --regid=65533 --clear-groups flock -n "$RUN/yagurad.pid" true 2>/dev/null ||
	fail "a stranger locks the daemon's lock"

# --- databases that are none, a key that is cut short.
for file in "$STATE"/db/*; do head -c 50000 /dev/urandom >"$file"; done
head -c 3 /dev/urandom >"$STATE/identity.key"
chmod 644 "$STATE/identity.key"
start_roles
wait_until 10 said 'moved aside'
wait_until 10 said 'identity.key: 3 bytes of 16'
[[ $(stat -c %a "$STATE/identity.key") == 600 ]] || fail "the key is readable by others"
stop_load
stop_roles
echo "disk, knobs, pins, second daemons, locks, garbage: $ASKED requests, $FAILED failed"
