#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# long: each kind of tunnel needs ends of its own, 30 s
#
# Requests inside a tunnel, or behind two VLAN tags, are seen on the interface that carries it, with
# the inner client; a block of that client drops inside the tunnel, because it ends here, and behind
# the tags, and nobody else's packets. The ends that this kernel cannot make are made by
# tests/e2e/tunnel_end.py. The tags of a frame are both in it at XDP, and one is taken out before
# TC. Fragments are counted as what they are, and every frame has one outcome.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
need python3
PEER=10.77.0.2
KINDS=(vxlan geneve gre gretap ipip sit ip6tnl vlan)
REQUESTS=5

on_fail() {
	daemon_log 10
	tail -n 5 "$WORK"/end.*.log "$WORK/link.log"
	bpftool -j map dump pinned "$BPFFS/yg_counters" |
		jq -c '[.. | objects | select(has("guard") and has("tls")) | {sample, guard}]'
}

# make_end COMMAND REMOTE LOCAL SIDE INDEX KIND: one end of a tunnel by the kernel, as device
# tINDEX. Fails where it cannot.
make_end() {
	local run=$1 remote=$2 local=$3 side=$4 name=t$5 kind=$6
	local -a how=(type "$kind" local "$local" remote "$remote")
	case $kind in
	vlan) return 1 ;; # a device for each tag: make_own() does it in one
	vxlan) how+=(id 7 dstport 4789 dev "veth$((side - 1))") ;;
	geneve) how=(type geneve id 7 remote "$remote") ;;
	gre | gretap) how+=(key 7 csum seq) ;;
	ip6tnl) how=(type ip6tnl mode any local "$local" remote "$remote") ;;
	esac
	$run ip link add "$name" "${how[@]}" 2>>"$WORK/link.log"
}

# make_own: the same in user space.
make_own() {
	local -a where=(env)
	[[ -z $1 ]] || where=(ip netns exec "$1")
	"${where[@]}" python3 "$ROOT/tests/e2e/tunnel_end.py" "$6" "t$5" "veth$(($4 - 1))" "$3" "$2" \
		2>>"$WORK/end.$4.log" &
	wait_until 5 "${where[@]}" ip link show "t$5"
	"${where[@]}" ip link set "t$5" mtu 1300
}

# make_tunnel INDEX KIND: with 10.90.INDEX.SIDE on both sides.
make_tunnel() {
	local near=$GATEWAY far=$PEER side run maker=make_end
	case $2 in
	ip6tnl) near=$GATEWAY6 far=fd77::2 ;;
	vlan)
		near=$(cat /sys/class/net/veth0/address)
		far=$(peer cat /sys/class/net/veth1/address)
		;;
	esac
	if ! make_end "" "$far" "$near" 1 "$@"; then
		maker=make_own
		make_own "" "$far" "$near" 1 "$@"
	fi
	$maker peer "$near" "$far" 2 "$@" || fail "$2: the peer cannot make its end"
	for side in 1 2; do
		run=
		((side == 1)) || run=peer
		$run ip addr add "10.90.$1.$side/24" dev "t$1"
		$run ip addr add "fd90:$1::$side/64" dev "t$1" nodad
		$run ip link set "t$1" up
	done
	names[$1]=$2$([[ $maker == make_end ]] || echo '*')
}

# end_of INDEX SIDE: the address inside; 6in4 carries IPv6 alone.
end_of() {
	if [[ ${KINDS[$1]} == sit ]]; then
		echo "fd90:$1::$2"
	else
		echo "10.90.$1.$2"
	fi
}

# reach INDEX COUNT SECONDS: requests inside, by a name: brackets are ranges to curl.
reach() {
	peer curl -s -o /dev/null --max-time "$3" --resolve "inside.test:8080:$(end_of "$1" 1)" \
		"http://inside.test:8080/v1/inside/[1-$2]"
}
requests() { counter sample.request; }
# resent: segments that a slow end sent again: behind a loss the kernel counts their requests again.
resent() {
	{ cat /proc/net/snmp && peer cat /proc/net/snmp; } |
		awk '/^Tcp: [0-9]/ { sum += $13 } END { print sum + 0 }'
}
is_at_least() { (($($1) >= $2)); }
knows_callers() {
	local i callers
	callers=$(yagura callers --json)
	for i; do [[ $callers == *"\"$(end_of "$i" 2)\""* ]] || return 1; done
}

counted_more() { (($(counter "$1") > $2)); }

# check_row INDEX ROW: requests of a client that is blocked count there, once they are through.
check_row() {
	local before
	before=$(counter "$2")
	! reach "$1" 1 0.5 || fail "${names[$1]}: a blocked client got an answer"
	comes_true 5 counted_more "$2" "$before" || fail "${names[$1]}: not counted as $2"
}

# rounds INDEX...: each is seen once, and blocked inside, and nobody else is.
rounds() {
	local i before inside again
	before=$(requests) again=$(resent)
	for i; do
		inside=$(counter sample.tunnel)
		reach "$i" $REQUESTS 20 || fail "${names[$i]}: no answer through the tunnel"
		[[ ${KINDS[$i]} == vlan ]] || (($(counter sample.tunnel) > inside)) ||
			fail "${names[$i]}: not counted as a tunnel"
	done
	wait_until 5 is_at_least requests $((before + REQUESTS * $#))
	(($(requests) <= before + REQUESTS * $# + $(resent) - again)) || fail "seen more than once"
	wait_until 5 knows_callers "$@"
	for i; do
		yagura block "$(end_of "$i" 2)" --for 10m --reason "test of tunnels" >/dev/null ||
			fail "${names[$i]}: no block"
	done
	for i; do
		check_row "$i" "guard.$([[ ${KINDS[$i]} == vlan ]] && echo drop_exact || echo drop_inner)"
	done
	peer curl -s -o /dev/null --max-time 20 "http://$GATEWAY:8080/" || fail "others are cut"
	for i; do
		yagura unblock "$(end_of "$i" 2)" >/dev/null
		reach "$i" 1 20 || fail "${names[$i]}: no answer after unblock"
	done
}

# Three fragments each, of either version.
fragments() { counter sample.skip_fragment; }
check_fragments() {
	local before address
	before=$(fragments)
	for address in "$GATEWAY" "$GATEWAY6"; do
		peer ping -q -c 1 -s 3000 "$address" >/dev/null || fail "no answer to fragments"
	done
	(($(fragments) - before == 12)) || fail "$(($(fragments) - before)) of 12 fragments counted"
}

# sums TABLE FIRST...: rx is the sum of the rows that are outcomes.
sums() {
	bpftool -j map dump pinned "$BPFFS/yg_counters" | jq -e --arg table "$1" --args '
		[.. | objects | select(has("guard") and has("tls")) | .[$table]] |
		(map(.rx) | add) == (map(.[$ARGS.positional[]]) | add)' "${@:2}"
}
is_conserved() {
	sums sample segment skip_proto skip_fragment skip_empty skip_scope skip_idle skip_other skip_budget \
		skip_sampled lost_header lost_copy lost_ring &&
		sums guard pass allow fail_open drop_exact drop_net drop_inner drop_answer skip_proto \
			lost_header
}

names=()
make_sandbox
start_nginx
for index in "${!KINDS[@]}"; do
	make_tunnel "$index" "${KINDS[index]}"
done
start_yagurad --mode enforce
[[ $(status '.interfaces[] | select(.name == "veth0") | .guard') == xdp ]] || fail "no guard at XDP"
rounds "${!KINDS[@]}"
check_fragments
wait_until 5 is_conserved
stop_yagurad
"$BUILD/yagurad" --bpffs "$BPFFS" --state-dir "$STATE" --run-dir "$RUN" --detach 2>/dev/null
start_yagurad --mode enforce --xdp off
[[ $(status '.interfaces[] | select(.name == "veth0") | .guard') == tc ]] || fail "no guard at TC"
rounds 1 7 # geneve, vlan
wait_until 5 is_conserved
echo "requests seen and clients blocked inside (*: our own ends): ${names[*]}"
