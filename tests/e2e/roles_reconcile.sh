#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The block maps follow the enforcer's table: what another hand takes away comes back, what it
# changes is put right, what could not have been placed is removed, what ends is swept.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib_roles.sh"

# entry ADDR: is there an entry in the kernel's map?
entry() {
	bpftool -j map dump pinned "$BPFFS/yg_block4" |
		jq -e --argjson key "[${1//./,}]" 'any(.[]; .formatted.key.addr == $key)'
}
no_entry() { ! entry "$1"; }
key_of() { echo "${1//./ }"; }
bytes() { # COUNT NUMBER: little endian
	local i value=$2
	for ((i = 0; i < $1; i++)); do
		printf '%d ' $((value & 255))
		value=$((value >> 8))
	done
}
# place_by_hand ADDR EXPIRES_NS REASON: as another root process could
place_by_hand() {
	# shellcheck disable=SC2046 # words on purpose
	bpftool map update pinned "$BPFFS/yg_block4" key $(key_of "$1") value \
		$(bytes 8 "$2") $(bytes 8 1) $(bytes 8 0) $(bytes 8 0) $(bytes 4 1) $(bytes 4 "$3")
}
now_ns() { python3 -c 'import time; print(time.monotonic_ns())'; }

make_sandbox
start_nginx
start_roles
MINUTE=60000000000
LONG=$((10 * MINUTE)) # ends after this test

block_by_hand "$BLOCKED"
# The enforcer may put it back between the two commands: once it was away is enough.
is_away() {
	# shellcheck disable=SC2046 # words on purpose
	bpftool map delete pinned "$BPFFS/yg_block4" key $(key_of "$BLOCKED")
	reach "$BLOCKED" 1
}
wait_until 15 is_away
wait_until 15 entry "$BLOCKED"
! reach "$BLOCKED" || fail "the block did not come back"

place_by_hand "$BLOCKED" 1 1 # expired long ago
is_right() { ! reach "$BLOCKED" 0.3; }
wait_until 15 is_right

place_by_hand 10.77.0.31 $(($(now_ns) + LONG)) 1	       # plausible: adopted
place_by_hand 10.77.0.32 $(($(now_ns) + MINUTE * 60 * 24 * 365)) 1 # longer than any block
place_by_hand 10.77.0.33 $(($(now_ns) + LONG)) 77	       # a reason there is not
place_by_hand "$GATEWAY" $(($(now_ns) + LONG)) 1	       # this very host
for wrong in 10.77.0.32 10.77.0.33 "$GATEWAY"; do
	wait_until 15 no_entry "$wrong"
done
wait_until 15 bash -c "curl -s --unix-socket $RUN/yagura.sock http://y/v1/blocks | grep -q 10.77.0.31"
entry 10.77.0.31 >/dev/null || fail "a plausible entry was removed"

block_by_hand 10.77.0.34 1
wait_until 10 no_entry 10.77.0.34
! api GET blocks | matches 10.77.0.34 || fail "an expired block is still listed"
echo "PASS: put back, put right, adopted, removed, swept"
