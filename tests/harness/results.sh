# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# One way to report, shared by every runner here. Each case is one line on the terminal and, when
# YG_RESULTS names a file, one row there: "pass|fail|skip<TAB>name<TAB>reason". tools/check adds
# the rows up. A runner exits 1 if one case failed.
set -uo pipefail
export LC_ALL=C
exec </dev/null # no case reads a terminal, and the caller may have closed it

failed=0

# report VERDICT NAME [NOTE]: note is the reason of a skip or failure, else what was measured.
report() {
	printf '  %-5s %s%s\n' "$1" "$2" "${3:+ ($3)}"
	[[ $1 != fail ]] || failed=1
	[[ -z ${YG_RESULTS-} ]] || printf '%s\t%s\t%s\n' "$1" "$2" "${3-}" >>"$YG_RESULTS"
}

# indent: what a case printed, below its line.
indent() { sed 's/^/        /'; }

# keep_end NAME FILE: the end of what a failed case printed, for tools/check to repeat.
keep_end() {
	[[ -z ${YG_RESULTS-} ]] || {
		printf '%s:\n' "$1"
		tail -n 20 "$2" | cut -c -400 | indent
	} >>"$YG_RESULTS.ends"
}

# in_turns JOBS COMMAND ARGUMENT...: COMMAND once per ARGUMENT, JOBS at a time, in processes of
# their own.
in_turns() {
	local jobs=$1 command=$2 running=0 argument
	shift 2
	for argument; do
		if ((running == jobs)); then
			wait -n || failed=1
			running=$((running - 1))
		fi
		{ "$command" "$argument" && ((failed == 0)); } &
		running=$((running + 1))
	done
	for (( ; running > 0; running--)); do
		wait -n || failed=1
	done
}

finish() { exit "$failed"; }
