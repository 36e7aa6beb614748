# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The daemon and its roles, seen from outside. Source it after lib.sh.
#
#	start_roles [OPTION]...		yagurad on veth0, scoped to this sandbox; waits for its API
#	api METHOD PATH [JSON]		one request on the socket; fails on a status of 400 and above
#	role_pid ROLE			process of a role; the warden is $DAEMON_PID
#	role_field ROLE FIELD		a line of its /proc/PID/status
#	block_by_hand ADDR [SECONDS]	place a block as an operator; the status is in ANSWER
#	drops ADDR			frames that the block of an IPv4 address has dropped
#	reach ADDR			does a client at this address get an answer?
#	start_load / stop_load		ordinary clients that never stop asking; failures are counted
#	start_intruder / stop_intruder	a blocked client that never stops trying; answers are counted

BLOCKED=10.77.0.30  # the client that tests block
ORDINARY=10.77.0.10 # one that must never notice

run_yagurad() (
	exec "$BUILD/yagurad" --sample "${SAMPLE:-1}" --bpffs "$BPFFS" --state-dir "$STATE" --run-dir "$RUN" \
		--interface veth0 --scope-netns "$(netns_id)" --mode enforce "$@" \
		>>"$DAEMON_LOG" 2>&1
)

start_roles() {
	[[ -x $BUILD/yagurad ]] || skip "no $BUILD/yagurad: run make"
	need bpftool jq curl pgrep
	run_yagurad "$@" &
	wait_until 20 api GET status
	wait_until 20 roles_are_up
	# shellcheck disable=SC2034 # the daemon, not the shell that runs it; read by tests
	DAEMON_PID=$(<"$RUN/yagurad.pid")
}

api() {
	local body=()
	[[ -z ${3-} ]] || body=(--data-binary "$3" -H 'Content-Type: application/json')
	curl -sS --fail-with-body --max-time 10 --unix-socket "$RUN/yagura.sock" -X "$1" \
		"${body[@]}" "http://yagura/v1/$2"
}

role_pid() { pgrep -x "yg-$1"; }
role_field() { sed -n "s/^$2:[[:space:]]*//p" "/proc/$(role_pid "$1")/status"; }
roles_are_up() { role_pid analyzer && role_pid enforcer && role_pid desk; }

# An enforcer that only begins, or does not come to its turn, is "later" (503, 504): try again.
asks_block() {
	ANSWER=$(curl -s -o /dev/null -w '%{http_code}' --max-time 10 --unix-socket "$RUN/yagura.sock" \
		--json "{\"prefix\":\"$1\",\"seconds\":$2,\"reason\":\"test\"}" http://yagura/v1/blocks)
	[[ $ANSWER != 50[34] ]]
}
block_by_hand() {
	comes_true 10 asks_block "$1" "${2:-600}" || true
	[[ $ANSWER == 200 ]] || { echo "block of '$1': $ANSWER" >&2 && return 1; }
}

drops() {
	bpftool -j map dump pinned "$BPFFS/yg_block4" |
		jq --argjson key "[${1//./,}]" \
			'[.[] | .formatted | select(.key.addr == $key) | .value.drops] | add // 0'
}

reach() {
	peer curl -s -o /dev/null --interface "$1" --max-time "${2:-0.5}" "http://$GATEWAY:8080/"
}

start_load() {
	peer python3 - "$GATEWAY" "$ORDINARY" >"$WORK/load" <<-'PY' &
		import http.client, signal, sys

		host, source = sys.argv[1:]
		asked = failed = 0
		going = True

		def stop(number, frame):
		    global going
		    going = False

		signal.signal(signal.SIGTERM, stop)
		connection = http.client.HTTPConnection(host, 8080, timeout=20, source_address=(source, 0))
		while going:
		    asked += 1
		    try:
		        connection.request("GET", "/v1/load", headers={"Host": "api.test"})
		        answer = connection.getresponse()
		        answer.read()
		        failed += answer.status != 200
		    except OSError:
		        failed += 1
		        connection.close()
		print(asked, failed, flush=True)
	PY
	LOAD_PID=$!
}

stop_load() {
	kill -TERM "$(pgrep -P "$LOAD_PID" || echo "$LOAD_PID")"
	wait "$LOAD_PID" || true
	read -r ASKED FAILED <"$WORK/load"
	((ASKED > 0)) || fail "the ordinary client asked nothing"
	((FAILED == 0)) || fail "$FAILED of $ASKED ordinary requests failed"
}

# One SYN each 2 ms, as fast as a patient attacker would; an answer of any kind is counted.
start_intruder() {
	peer python3 - "$GATEWAY" "$BLOCKED" >"$WORK/intruder" <<-'PY' &
		import select, signal, socket, sys, time

		host, source = sys.argv[1:]
		tried = answered = 0
		going = True

		def stop(number, frame):
		    global going
		    going = False

		signal.signal(signal.SIGTERM, stop)
		waiting = []
		while going:
		    one = socket.socket()
		    one.setblocking(False)
		    one.bind((source, 0))
		    one.connect_ex((host, 8080))
		    tried += 1
		    waiting.append(one)
		    time.sleep(0.002)
		    answered += len(select.select([], waiting[-50:], [], 0)[1])
		    if len(waiting) > 200:
		        waiting.pop(0).close()
		print(tried, answered, flush=True)
	PY
	INTRUDER_PID=$!
}

stop_intruder() {
	kill -TERM "$(pgrep -P "$INTRUDER_PID" || echo "$INTRUDER_PID")"
	wait "$INTRUDER_PID" || true
	read -r TRIED ANSWERED <"$WORK/intruder"
	((TRIED > 0)) || fail "the blocked client tried nothing"
	((ANSWERED == 0)) || fail "the blocked client got $ANSWERED answers to $TRIED attempts"
}
