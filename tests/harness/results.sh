# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# One way to report, shared by every runner here. Each case is one line on the terminal and, when
# YG_RESULTS names a file, one row there: "pass|fail|skip<TAB>name<TAB>reason". tools/check adds
# the rows up. A runner exits 1 if one case failed.
set -uo pipefail
export LC_ALL=C

failed=0

# report VERDICT NAME [NOTE]: note is the reason of a skip or failure, else what was measured.
report() {
	printf '  %-5s %s%s\n' "$1" "$2" "${3:+ ($3)}"
	[[ $1 != fail ]] || failed=1
	[[ -z ${YG_RESULTS-} ]] || printf '%s\t%s\t%s\n' "$1" "$2" "${3-}" >>"$YG_RESULTS"
}

# in_two COMMAND ARGUMENT...: COMMAND once per ARGUMENT, in two processes that take turns at them.
in_two() {
	share 1 "$@" &
	share 2 "$@" || failed=1
	wait $! || failed=1
}

# share FIRST COMMAND ARGUMENT...: every second ARGUMENT, starting at FIRST.
share() {
	local first=$1 command=$2 i
	shift 2
	for ((i = first; i <= $#; i += 2)); do
		"$command" "${!i}"
	done
	((failed == 0))
}

finish() { exit "$failed"; }
