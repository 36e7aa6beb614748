#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# In a daemon that runs, each role has what the table of the privilege line gives it and no more.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib_roles.sh"

make_sandbox
start_nginx
start_roles

NONE=0000000000000000

# Names of what a process holds open, without the log, /dev/null and its own bookkeeping.
held() {
	find "/proc/$1/fd" -type l -printf '%l\n' | sed 's/:\[[0-9]*\]$//' |
		grep -vxE "/dev/null|$DAEMON_LOG|anon_inode:\[signalfd\]" | sort | uniq -c |
		awk '{ print $2 "*" $1 }' | paste -sd' '
}

must_hold() {
	local got
	got=$(held "$(role_pid "$1")")
	[[ $got == "$2" ]] || fail "$1 holds '$got', not '$2'"
}

is_caged() { [[ $(role_field "$1" Seccomp) == 2 ]]; }

for role in analyzer enforcer desk; do
	wait_until 20 is_caged $role # the tables of the analyzer are made before
	for cap in CapInh CapPrm CapEff CapBnd CapAmb; do
		[[ $(role_field $role $cap) == "$NONE" ]] || fail "$role has capabilities: $cap"
	done
	[[ $(role_field $role NoNewPrivs) == 1 ]] || fail "$role may gain privileges"
	[[ $(role_field $role Seccomp) == 2 ]] || fail "$role has no system-call filter"
	[[ -z $(role_field $role Groups | tr -d ' ') ]] || fail "$role has groups"
	[[ $(awk '/^Max data size/ { print $4 + 0 }' "/proc/$(role_pid $role)/limits") -gt 0 ]] ||
		fail "$role may take all the memory there is"
	read -r real effective saved fs < <(role_field $role Uid)
	[[ $real != 0 && $real == "$effective" && $real == "$saved" && $real == "$fs" ]] ||
		fail "$role runs as $real $effective $saved $fs"
	[[ $(stat -c %u "/proc/$(role_pid $role)/fd") == 0 ]] || fail "$role can be dumped"
done

# The analyzer reads hostile bytes: three links, nothing that the kernel would take as authority.
must_hold analyzer "socket*3"
# The enforcer: three block maps, who is sampled always, and its links to the three others.
must_hold enforcer "anon_inode:bpf-map*4 socket*3"
for fd in 8 9 10 11; do
	id=$(sed -n 's/^map_id:[[:space:]]*//p' "/proc/$(role_pid enforcer)/fdinfo/$fd")
	bpftool -j map show id "$id" | jq -r .name
done | sort | paste -sd' ' | matches -x 'yg_always yg_block4 yg_block6 yg_block_nets' ||
	fail "the enforcer holds other maps than its own"
# The desk: databases, sockets, no BPF object at all.
! held "$(role_pid desk)" | matches bpf || fail "the desk holds a BPF object"
find "/proc/$(role_pid desk)/fd" -type l -printf '%l\n' | grep '^/' |
	grep -vxE "/dev/null|$DAEMON_LOG|$STATE/db(/.*)?" && fail "the desk holds other files"

# The warden: root, with a short list for ever, and no listener.
warden_cap() { sed -n "s/^$1:[[:space:]]*//p" "/proc/$DAEMON_PID/status"; }
# BPF NET_ADMIN PERFMON SYS_ADMIN SYS_PTRACE DAC_READ_SEARCH CHECKPOINT_RESTORE SETUID SETGID
# SETPCAP KILL
SHORT=$((0x1c0002811e4))
for cap in CapPrm CapEff CapBnd; do
	(((16#$(warden_cap $cap) & ~SHORT) == 0)) || fail "the warden has more: $cap"
done
[[ $(warden_cap NoNewPrivs) == 1 ]] || fail "the warden may gain privileges"

# Files: roles cannot change what root reads, others cannot read the key or the databases.
[[ $(stat -c '%U %a' "$RUN" "$STATE" "$STATE/identity.key" "$BPFFS" | paste -sd' ') == \
	"root 755 root 755 root 600 root 700" ]] || fail "modes of directories are wrong"
[[ $(stat -c %a "$STATE/db") == 700 ]] || fail "the databases can be read by others"
[[ $(stat -c '%U %a' "$RUN/yagura.sock") == "root 660" ]] || fail "mode of the socket is wrong"

# Real work goes through all of them: exchanges are seen, stored and shown.
for ((i = 0; i < 20; i++)); do reach "$ORDINARY" 10; done
wait_until 10 bash -c "curl -s --unix-socket $RUN/yagura.sock http://y/v1/callers | grep -q $ORDINARY"
echo "PASS: three caged roles, one short list"
