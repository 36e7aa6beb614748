#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A block drops, and requests are seen once each, on a device with MTU 9000 (native XDP, frames in
# several buffers), on a port of a bridge, on the bridge, on a bond of two links, whose segments take
# turns, and on the bond and its links together; status says in what mode. An interface that is not
# configured any more loses what an earlier run left on it.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
CLIENT=10.77.0.9
OTHER=10.77.0.10

mode_of() { status ".interfaces[] | select(.name == \"$1\") | .xdp"; }
is_mode() { [[ $(mode_of "$1") == "$2" ]]; }
requests() { counter sample.request; }
exchanges() { counter stream.exchanges; }
are_seen() { (($(exchanges) >= $1)); }

# ask ADDRESS SECONDS: a body that fills frames of 9000 bytes.
ask() {
	peer curl -s -o /dev/null --max-time "$2" --interface "$1" --data-binary "@$WORK/body" \
		"http://$GATEWAY:8080/v1/port"
}

# check WHAT ROW [TIMES]: each exchange is seen once (request starts: on TIMES interfaces); blocked,
# counted in ROW; others pass; unblocked.
check() {
	local before started dropped
	before=$(exchanges) started=$(requests) dropped=$(counter "guard.$2")
	ask "$CLIENT" 5 || fail "$1: no answer"
	wait_until 5 are_seen $((before + 1))
	yagura block "$CLIENT" --for 10m --reason "test of ports" >/dev/null || fail "$1: no block"
	! ask "$CLIENT" 1 || fail "$1: a blocked client got an answer"
	(($(counter "guard.$2") > dropped)) || fail "$1: nothing dropped"
	ask "$OTHER" 5 || fail "$1: others are cut"
	yagura unblock "$CLIENT" >/dev/null
	ask "$CLIENT" 5 || fail "$1: no answer after unblock"
	wait_until 5 are_seen $((before + 3))
	sleep 2 # the counters are told once a second
	(($(exchanges) == before + 3)) || fail "$1: $(($(exchanges) - before)) exchanges of 3 requests"
	(($(requests) == started + 3 * ${3:-1})) ||
		fail "$1: $(($(requests) - started)) request starts of 3 requests"
	echo "$1: $(status '[.interfaces[] | select(.state == "attached") |
		"\(.name) drops at \(.guard) (xdp \(.xdp))"] | join(", ")')"
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

# start_on INTERFACE...: the daemon on other devices than veth0.
start_on() {
	"$BUILD/yagurad" --bpffs "$BPFFS" --state-dir "$STATE" --run-dir "$RUN" \
		"${@/#/--interface=}" --scope-netns "$(netns_id)" --mode enforce \
		>>"$DAEMON_LOG" 2>&1 &
	DAEMON_PID=$!
	wait_until 20 daemon_settled
}

start_on br0
[[ -z $(find "$BPFFS/links" -name "if$(cat /sys/class/net/veth0/ifindex)-*") ]] ||
	fail "links are left on an interface that is not configured"
check "a bridge" drop_exact
stop_yagurad
ip link del br0

# make_bond RUN LINK LINK: a bond whose segments take its links in turn.
make_bond() {
	local link
	$1 ip link add bond0 type bond mode balance-rr miimon 100 || return 1
	for link in "${@:2}"; do
		$1 ip link set "$link" down
		$1 ip link set "$link" master bond0
	done
	$1 ip link set bond0 mtu 9000 up
}

make_bond "" veth0 2>/dev/null || {
	echo "no bond: this kernel has none"
	exit 0
}
ip link add dev veth2 type veth peer name veth3 netns peer
ip link set veth2 down
ip link set veth2 master bond0
ip addr add "$GATEWAY/16" dev bond0
peer ip addr flush dev veth1
make_bond peer veth1 veth3 || fail "the peer cannot make a bond"
for address in "$CLIENT" "$OTHER"; do
	peer ip addr add "$address/16" dev bond0
done
is_spread() { # both links carry segments
	ask "$OTHER" 5
	(($(cat /sys/class/net/veth0/statistics/rx_packets) > 100)) &&
		(($(cat /sys/class/net/veth2/statistics/rx_packets) > 10))
}
start_on bond0
wait_until 20 is_spread
check "a bond" drop_exact
stop_yagurad
start_on bond0 veth0 veth2
check "a bond and its links" drop_exact 2
