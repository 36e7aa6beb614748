#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The desk's socket in hostile hands: what is malformed is refused in one line, queries only read
# and end in time, readers cannot lock root out, others cannot reach anything, and the desk that
# was there at the beginning is there at the end.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

need python3 setpriv
make_sandbox
start_yagurad --mode enforce
SOCKET=$RUN/yagura.sock
desk=$(pgrep -x yg-desk)

# answers CODE CURL-ARGUMENT...: the desk answers with this status.
answers() {
	local want=$1 got
	shift
	got=$(curl -s -o "$WORK/answer" -w '%{http_code}' --max-time 5 --path-as-is \
		--unix-socket "$SOCKET" "$@") || true
	[[ $got == "$want" ]] || fail "answered $got, not $want: $*: $(head -c 300 "$WORK/answer")"
}
answers_root() {
	curl -sf -o /dev/null --max-time 1 --unix-socket "$SOCKET" http://yagura/v1/status
}
place() { answers "$1" -X POST --data-binary "$2" http://yagura/v1/blocks; }

# --- places and values
answers 404 http://yagura/v1/../../etc/passwd
answers 400 http://yagura/v1/findings/..%2f..%2fetc
answers 404 http://yagura/v1/findings/%00
answers 400 "http://yagura/v1/findings?severity='%20OR%201=1--"
answers 400 http://yagura/v1/callers?limit=-1
answers 400 http://yagura/v1/callers?limit=99999999999999999999
answers 431 -H "X: $(printf 'a%.0s' {1..100000})" http://yagura/v1/status
head -c 20000000 /dev/zero >"$WORK/zeros"
answers 413 -X POST --data-binary "@$WORK/zeros" http://yagura/v1/blocks
for body in '' '{' '[]' null '{"prefix":1}' '{"prefix":"10.77.0.9","seconds":-1}' \
	'{"prefix":"10.77.0.9","seconds":1e30}' "$(printf '[%.0s' {1..20000})"; do
	place 400 "$body"
done
for prefix in 0.0.0.0/0 2000::/8 127.0.0.1 ::1 "$GATEWAY" "::ffff:$GATEWAY" "$GATEWAY6" 10.77.0.0/16; do
	place 409 "{\"prefix\":\"$prefix\",\"seconds\":60}"
done
[[ $(yagura blocks --json | wc -l) == 0 ]] || fail "blocked: $(yagura blocks)"

# --- queries
refuses() {
	! timeout 10 "$BUILD/yagura" query --socket "$SOCKET" "$1" >"$WORK/answer" 2>&1 ||
		fail "query ran: $1"
	[[ $(wc -l <"$WORK/answer") == 1 ]] || fail "not one line: $(cat "$WORK/answer")"
}
for text in "DELETE FROM findings" "ATTACH '$WORK/stolen' AS x" "VACUUM INTO '$WORK/stolen'" \
	"PRAGMA writable_schema=1" "SELECT load_extension('x')" "SELECT readfile('/etc/shadow')" \
	"SELECT writefile('$WORK/stolen','x')" "SELECT zeroblob(2000000000)" \
	"SELECT 1; DELETE FROM findings" "CREATE TEMP TABLE x(a)" \
	"WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM r) SELECT count(*) FROM r"; do
	refuses "$text"
done
[[ ! -e $WORK/stolen ]] || fail "a query wrote a file"

# --- connections: a reader holds all it gets, byte by byte; root is still served.
cat >"$WORK/hold.py" <<'PY'
import os, socket, sys, time

os.setgroups([])
os.setgid(int(sys.argv[2]))
os.setuid(65534)
held = []
for _ in range(300):
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(0.2)
    try:
        s.connect(sys.argv[1])
        s.send(b"GET /v1/status HTTP/1.1\r\nX-A: ")
    except OSError:
        break
    held.append(s)
print(len(held), flush=True)
while True:
    time.sleep(0.2)
    for s in held:
        try:
            s.send(b"y")
        except OSError:
            pass
PY
python3 "$WORK/hold.py" "$SOCKET" "$(stat -c %g "$SOCKET")" >"$WORK/held" &
holder=$!
wait_until 10 test -s "$WORK/held"
wait_until 5 answers_root
kill $holder

# --- a stranger
as_stranger() { setpriv --reuid=65533 --regid=65533 --clear-groups "$@" >/dev/null 2>&1; }
as_stranger ls / || fail "a stranger cannot even list /"
! as_stranger curl -sf --unix-socket "$SOCKET" http://yagura/v1/status || fail "a stranger reads"
! as_stranger ls "$STATE/db" || fail "a stranger lists the databases"
! as_stranger cat "$STATE/identity.key" || fail "a stranger reads the key"
! as_stranger touch "$RUN/x" || fail "a stranger writes to $RUN"
! as_stranger ls "$BPFFS" || fail "a stranger lists the pins"
! as_stranger kill -0 "$desk" || fail "a stranger may signal the desk"

[[ $(pgrep -x yg-desk) == "$desk" ]] || fail "the desk was restarted"
echo "$(<"$WORK/held") connections held by a reader: root is served; desk $desk lives"
