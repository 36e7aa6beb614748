#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A block drops, and requests are seen, on a device with MTU 9000 (native XDP, frames in several
# buffers), on a port of a bridge and on a bond; status says in what mode. An interface that is not
# configured any more loses what an earlier run left on it.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
CLIENT=10.77.0.9
OTHER=10.77.0.10

mode_of() { status ".interfaces[] | select(.name == \"$1\") | .xdp"; }
is_mode() { [[ $(mode_of "$1") == "$2" ]]; }
requests() { counter sample.request; }
is_more_than() { (($($1) > $2)); }

# ask ADDRESS SECONDS: a body that fills frames of 9000 bytes.
ask() {
	peer curl -s -o /dev/null --max-time "$2" --interface "$1" --data-binary "@$WORK/body" \
		"http://$GATEWAY:8080/v1/port"
}

# check WHAT ROW: seen; blocked, counted in ROW; others pass; unblocked.
check() {
	local before dropped
	before=$(requests) dropped=$(counter "guard.$2")
	ask "$CLIENT" 5 || fail "$1: no answer"
	wait_until 5 is_more_than requests "$before"
	yagura block "$CLIENT" --for 10m --reason "test of ports" >/dev/null || fail "$1: no block"
	! ask "$CLIENT" 1 || fail "$1: a blocked client got an answer"
	(($(counter "guard.$2") > dropped)) || fail "$1: nothing dropped"
	ask "$OTHER" 5 || fail "$1: others are cut"
	yagura unblock "$CLIENT" >/dev/null
	ask "$CLIENT" 5 || fail "$1: no answer after unblock"
	echo "$1: $(status '.interfaces[] | "\(.name) drops at \(.guard) (xdp \(.xdp))"')"
}

# A process may have fewer files than it needs; the daemon takes what it can get.
ulimit -Sn 64
make_sandbox
head -c 60000 /dev/zero | tr '\0' a >"$WORK/body"
start_nginx

ip link set veth0 mtu 9000
peer ip link set veth1 mtu 9000
start_yagurad --mode enforce --xdp native
is_mode veth0 "native frags" || fail "MTU 9000: xdp is $(mode_of veth0)"
check "MTU 9000" drop_exact
[[ $(awk '/Max open files/ { print $4 }' "/proc/$DAEMON_PID/limits") != 64 ]] ||
	fail "the daemon lives with 64 files"
stop_yagurad
[[ -e $BPFFS/links/if$(cat /sys/class/net/veth0/ifindex)-xdp ]] || fail "no pin to leave behind"

# veth0 becomes a port; the host's address moves to the bridge.
ip link add br0 type bridge 2>/dev/null || skip "MTU 9000 holds; this kernel has no bridges"
ip link set br0 mtu 9000 up
ip addr flush dev veth0
ip link set veth0 master br0
ip addr add "$GATEWAY/16" dev br0
start_yagurad --mode enforce
check "a bridge port" drop_exact
stop_yagurad

# start_on INTERFACE: the daemon on another device than veth0.
start_on() {
	"$BUILD/yagurad" --bpffs "$BPFFS" --state-dir "$STATE" --run-dir "$RUN" --interface "$1" \
		--scope-netns "$(netns_id)" --mode enforce >>"$DAEMON_LOG" 2>&1 &
	DAEMON_PID=$!
	wait_until 20 daemon_settled
}

start_on br0
[[ -z $(find "$BPFFS/links" -name "if$(cat /sys/class/net/veth0/ifindex)-*") ]] ||
	fail "links are left on an interface that is not configured"
check "a bridge" drop_exact
stop_yagurad
ip link del br0

ip link add bond0 type bond mode active-backup 2>/dev/null || {
	echo "no bond: this kernel has none"
	exit 0
}
ip link set veth0 down
ip link set veth0 master bond0
ip link set bond0 mtu 9000 up
ip addr add "$GATEWAY/16" dev bond0
start_on bond0
check "a bond" drop_exact
