#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Requests inside a tunnel are seen on the interface that carries it, with the inner client; a
# block of that client drops inside the tunnel, because it ends here, and nobody else's packets.
# One round for each kind of tunnel that this kernel can make.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
PEER=10.77.0.2
KINDS=(vxlan geneve gre gretap ipip sit ip6tnl)
REQUESTS=5

# make_end COMMAND REMOTE LOCAL INDEX SIDE KIND: one end of a tunnel, with 10.90.INDEX.SIDE.
make_end() {
	local run=$1 remote=$2 local=$3 index=$4 side=$5 kind=$6
	local -a how=(type "$kind" local "$local" remote "$remote")
	case $kind in
	vxlan) how+=(id 7 dstport 4789 dev "veth$((side - 1))") ;;
	geneve) how=(type geneve id 7 remote "$remote") ;;
	gre | gretap) how+=(key 7 csum seq) ;;
	ip6tnl) how=(type ip6tnl mode any local "$local" remote "$remote") ;;
	esac
	$run ip link add t0 "${how[@]}" 2>>"$WORK/link.log" || return 1
	$run ip addr add "10.90.$index.$side/24" dev t0
	$run ip addr add "fd90:$index::$side/64" dev t0 nodad
	$run ip link set t0 up
}

make_tunnel() {
	local near=$GATEWAY far=$PEER
	[[ $2 != ip6tnl ]] || near=$GATEWAY6 far=fd77::2
	make_end "" "$far" "$near" "$1" 1 "$2" || return 1
	make_end peer "$near" "$far" "$1" 2 "$2" || fail "$2: the peer cannot make its end"
}

# reach ADDRESS [SECONDS]: the requests of a round, by a name: brackets are ranges to curl.
reach() {
	peer curl -s -o /dev/null --max-time "${2:-5}" --resolve "inside.test:8080:$1" \
		"http://inside.test:8080/v1/inside/[1-$REQUESTS]"
}
requests() { counter sample.request; }
is_at_least() { (($($1) >= $2)); }
knows_caller() { yagura callers --json | grep -qF "\"$1\""; }

# round INDEX KIND
round() {
	local to=10.90.$1.1 client=10.90.$1.2 before inside dropped
	[[ $2 != sit ]] || to=fd90:$1::1 client=fd90:$1::2
	before=$(requests) inside=$(counter sample.tunnel) dropped=$(counter guard.drop_inner)
	reach "$to" || fail "$2: no answer through the tunnel"
	wait_until 5 is_at_least requests $((before + REQUESTS))
	(($(requests) == before + REQUESTS)) || fail "$2: seen more than once"
	(($(counter sample.tunnel) > inside)) || fail "$2: not counted as a tunnel"
	wait_until 5 knows_caller "$client"
	yagura block "$client" --for 10m --reason "test of tunnels" >/dev/null || fail "$2: no block"
	! reach "$to" 1 || fail "$2: a blocked client got an answer"
	(($(counter guard.drop_inner) > dropped)) || fail "$2: not dropped inside the tunnel"
	peer curl -s -o /dev/null --max-time 5 "http://$GATEWAY:8080/" || fail "$2: others are cut"
	yagura unblock "$client" >/dev/null
	reach "$to" || fail "$2: no answer after unblock"
}

make_sandbox
start_nginx
start_yagurad --mode enforce
done_kinds=()
for index in "${!KINDS[@]}"; do
	make_tunnel "$index" "${KINDS[index]}" || continue
	round "$index" "${KINDS[index]}"
	done_kinds+=("${KINDS[index]}")
	ip link del t0
	peer ip link del t0
done
((${#done_kinds[@]} > 0)) || skip "this kernel makes no tunnels: $(tail -n 1 "$WORK/link.log")"
echo "requests seen and clients blocked inside: ${done_kinds[*]}"
