#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Blocks outlive the daemon: killed and started again it finds its maps and links, and nothing of a
# blocked client passes in between. What others attached stays; what is not wanted goes.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib_capture.sh"
need curl python3 bpftool jq clang

VICTIM=10.77.0.9
FRIEND=10.77.0.8

# block ADDRESS: an entry that lasts an hour, as the enforcer writes it.
block() {
	python3 - "$1" <<-'PY' | xargs bpftool map update pinned "$BPFFS/yg_block4"
		import socket, struct, sys, time
		now = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
		value = struct.pack("<QQQQII", now + 3600 * 10**9, now, 0, 1, 1, 1)
		print("key", *socket.inet_aton(sys.argv[1]), "value", *value)
	PY
}
answers() { peer curl -s -m "${2:-1}" --interface "$1" -o /dev/null "http://$GATEWAY:8080/from-$1"; }
links() { # "if2-xdp 17" for each link we pinned
	local pin
	for pin in "$BPFFS"/links/*; do
		echo "${pin##*/} $(bpftool -j link show pinned "$pin" | jq .id)"
	done
}
xdp_program() { # its name, nothing if there is none
	local id
	id=$(ip -j link show veth0 | jq '.[0].xdp.prog.id // 0')
	((id == 0)) || bpftool -j prog show id "$id" | jq -r .name
}

kill_probe() {
	kill -KILL "$PROBE_PID"
	wait "$PROBE_PID" 2>/dev/null || true
}

make_sandbox
start_nginx 8080 8443
start_probe -i veth0 -i lo -d
grep -q '^hooks veth0 xdp generic tc .* cut 1: veth' "$PROBE_LOG" || fail "veth is not generic"
[[ $(xdp_program) == yg_xdp_guard ]] || fail "no guard at XDP"
answers $VICTIM 10 || fail "no answer before the block"

# An established connection of the victim, in the middle of a request.
peer python3 - $VICTIM <<'PY' >"$WORK/victim.log" &
import socket, sys
s = socket.create_connection(("10.77.0.1", 8080), source_address=(sys.argv[1], 0))
s.sendall(b"GET /established HTTP/1.1\r\nHost: x\r\n")
print("connected", flush=True)
try:
    s.recv(100)
    print("closed")
except ConnectionError as e:
    print("reset", e)
PY
wait_until 10 grep -q connected "$WORK/victim.log"
wait_until 10 eval "ss -Htn state established dst $VICTIM | matches ."
block $VICTIM
! answers $VICTIM || fail "the victim is answered"
answers $FRIEND 10 || fail "the friend is not"
kill -USR1 "$PROBE_PID"
wait_until 10 grep -q '^killed 0' "$PROBE_LOG"
wait_until 10 eval "! ss -Htn state established dst $VICTIM | matches ."

# Killed: the links hold. Started again, three times: the same links, the same block.
before=$(links)
served=$(grep -c "^$VICTIM:" "$WORK/nginx/access.log")
(while :; do peer curl -s -m 0.05 --interface $VICTIM "http://$GATEWAY:8080/" || true; done) &
knocking=$!
for _ in 1 2 3; do
	kill_probe
	! answers $VICTIM || fail "the victim is answered while the sensor is dead"
	start_probe -i veth0 -i lo -d
	answers $FRIEND 10 || fail "the friend is not answered after a restart"
done
kill "$knocking"
wait "$knocking" || true
[[ $(links) == "$before" ]] || fail "links changed: $before, now $(links)"
(($(grep -c "^$VICTIM:" "$WORK/nginx/access.log") == served)) || fail "a request of the victim passed"
answers $FRIEND 10
stop_probe

# Observe: nothing that can drop is left, and the victim is answered.
start_probe -i veth0 -i lo
[[ -z $(xdp_program) ]] || fail "XDP is attached in observe"
answers $VICTIM 10 || fail "the victim is not answered in observe"
stop_probe

# An interface that went away.
ip link add dev veth9 type veth peer name veth8
start_probe -i veth9 -d
kill_probe
ip link del veth9
start_probe -i veth0
grep -q '^note removed stale link if[0-9]*-xdp' "$PROBE_LOG" || fail "stale links were not removed"
stop_probe

# Somebody else's XDP program: the guard goes to TC and says so.
echo '__attribute__((section("xdp"), used)) int other(void *c) { return 2; }' |
	clang -target bpf -O2 -c -x c - -o "$WORK/other.o"
bpftool prog load "$WORK/other.o" /sys/fs/bpf/other type xdp
bpftool net attach xdpgeneric pinned /sys/fs/bpf/other dev veth0
start_probe -i veth0 -d
grep -q '^hooks veth0 xdp off .* guard 1 cut 1: .*another XDP program' "$PROBE_LOG" ||
	fail "no fall back to TC"
! answers $VICTIM || fail "the guard at TC does not drop"
stop_probe
[[ $(xdp_program) == other ]] || fail "the other XDP program is gone"
bpftool net detach xdpgeneric dev veth0

# Detach: nothing of ours is left.
"$PROBE" -D "$BPFFS"
[[ -z $(xdp_program) ]] || fail "XDP is attached after detach"
[[ -z $(find "$BPFFS" -mindepth 1) ]] || fail "pins left: $(find "$BPFFS" -mindepth 1)"
answers $VICTIM 10 || fail "the victim is not answered after detach"
echo "PASS"
