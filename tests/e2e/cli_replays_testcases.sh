#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The checks that `yagura testcases` writes are run as they are, against the API they were made of:
# where its faults are switched on the script names each of them, where they are off it names none;
# and the file for editors asks the same.
. "$(dirname "$0")/lib.sh"
need curl jq python3

on_fail() {
	cat "$WORK"/verdicts.* "$WORK/checks.sh" 2>/dev/null
	api endpoints | jq -c '.items[] | [.method, .template, .auth]'
	daemon_log 5
}

make_sandbox
cat >"$WORK/server.py" <<-'PY'
	import base64, http.server, json, pathlib, sys
	FAULTS = pathlib.Path(sys.argv[1])
	class Handler(http.server.BaseHTTPRequestHandler):
	    protocol_version = "HTTP/1.1"
	    wbufsize = 65536
	    calls = 0
	    def subject(self, faulty):
	        """Who asks; None: nobody that is known. The signature of a token is its payload reversed."""
	        parts = self.headers.get("Authorization", "").removeprefix("Bearer ").split(".")
	        if len(parts) != 3 or (parts[2] != parts[1][::-1] and not faulty):
	            return None
	        return json.loads(base64.urlsafe_b64decode(parts[1] + "=="))["sub"]
	    def status(self, faulty):
	        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
	        if self.command == "POST":
	            json.loads(body)["item"]["sku"]  # an example has what the API needs
	        Handler.calls += 1
	        if not faulty and Handler.calls > 60:
	            return 429
	        who, owner = self.subject(faulty), self.path.rsplit("/", 1)[1].split("?")[0]
	        if who is None and not faulty:
	            return 401
	        if self.command == "DELETE" and not faulty:
	            return 405
	        return 200 if who == owner or faulty or self.command == "POST" else 403
	    def answer(self):
	        data = b'{"id": "x", "name": "n"}'
	        self.send_response(self.status(FAULTS.exists()))
	        self.send_header("Content-Type", "application/json")
	        self.send_header("Content-Length", str(len(data)))
	        self.end_headers()
	        self.wfile.write(data)
	    do_GET = do_POST = do_DELETE = answer
	    def log_message(self, *arguments):
	        pass
	http.server.ThreadingHTTPServer(("127.0.0.1", 7003), Handler).serve_forever()
PY
cat >"$WORK/editor.py" <<-'PY'
	"""Asks what a file of an editor says, with variables of the environment; a status per line."""
	import os, re, sys, urllib.error, urllib.request
	for block in open(sys.argv[1]).read().split("###")[1:]:
	    lines = [line for line in block.split("\n")[1:] if not re.match("[#@]", line)]
	    text = re.sub(r"{{(\w+)}}", lambda name: os.environ.get(name[1], "x"), "\n".join(lines)).strip()
	    head, _, body = text.partition("\n\n")
	    first, *fields = head.split("\n")
	    method, url = first.split(" ")
	    request = urllib.request.Request(url.replace("api.test", "127.0.0.1:7003"), method=method,
	                                     data=body.encode() or None,
	                                     headers=dict(field.split(": ", 1) for field in fields))
	    try:
	        print(urllib.request.urlopen(request).status)
	    except urllib.error.HTTPError as error:
	        print(error.code)
PY
start_server() {
	python3 "$WORK/server.py" "$WORK/faults" &
	server=$!
	wait_until 10 is_listening 7003
}
token_of() {
	local payload
	payload=$(printf '{"sub":"%s"}' "$1" | base64 -w 0 | tr -d =)
	printf '%s.%s.%s' "$(printf '{"alg":"HS256"}' | base64 -w 0 | tr -d =)" "$payload" "$(rev <<<"$payload")"
}
TOKEN_OF_USER_A=$(token_of 41) TOKEN_OF_USER_B=$(token_of 42) ID_OF_USER_A=41
TOKEN_WITHOUT_THE_ROLE=$TOKEN_OF_USER_B CURL_OPTIONS="--connect-to ::127.0.0.1:7003"
export TOKEN_OF_USER_A TOKEN_OF_USER_B TOKEN_WITHOUT_THE_ROLE ID_OF_USER_A CURL_OPTIONS

start_server
start_yagurad --mode observe --interface lo
call() { curl -sf -o /dev/null -H 'Host: api.test' "$@"; }
for user in 41 42 43 44 45 46; do
	call -H "Authorization: Bearer $(token_of $user)" "http://127.0.0.1:7003/users/$user?view=full"
	call -H "Authorization: Bearer $(token_of $user)" -H 'Content-Type: application/json' \
		-d "{\"item\": {\"sku\": \"A$user\", \"count\": $user}, \"tags\": [\"a\"]}" "http://127.0.0.1:7003/orders"
done
# The schemas are there when the body of the example is that of the API.
is_written() {
	rm -f "$WORK/checks.sh"
	yagura testcases --service api.test --out "$WORK/checks.sh" >"$WORK/said" &&
		grep -qF '{"item":{"sku":"TEXT","count":1},"tags":["TEXT"]}' "$WORK/checks.sh" &&
		grep -qF "'http://api.test/users/'\"\$ID_OF_USER_A\"'?view=" "$WORK/checks.sh"
}
wait_until 90 is_written
yagura testcases --service api.test --format http --out "$WORK/checks.http" >/dev/null

# The test system is the same API, restarted: its limit of requests starts again.
run() {
	kill $server
	wait $server 2>/dev/null || true
	start_server
	code=0
	CURL_OPTIONS="$CURL_OPTIONS -m 5" sh "$WORK/checks.sh" >"$WORK/verdicts.$1" || code=$?
}
run off
[[ $code == 0 ]] || fail "a fault was named where there is none: $(grep FAULT "$WORK/verdicts.off")"
! grep -q "no answer\|skipped\|limited" "$WORK/verdicts.off" || fail "not asked: $(cat "$WORK/verdicts.off")"
touch "$WORK/faults"
run on
[[ $code == 1 ]] || fail "no fault was named"
for name in another-users-object without-credential unsigned-token tampered-token another-method \
	many-requests; do
	grep -q "^FAULT *$name" "$WORK/verdicts.on" || fail "not named: $name"
	grep -q "^no fault *$name" "$WORK/verdicts.off" || fail "not cleared: $name"
done
for name in privileged-fields without-role; do
	grep -q "^LOOK *$name" "$WORK/verdicts.on" || fail "nobody is told to look: $name"
done

python3 "$WORK/editor.py" "$WORK/checks.http" >"$WORK/verdicts.http"
[[ $(sort -u "$WORK/verdicts.http") == 200 && $(wc -l <"$WORK/verdicts.http") == $(grep -c ^### "$WORK/checks.http") ]] ||
	fail "an editor is answered otherwise: $(tr '\n' ' ' <"$WORK/verdicts.http")"
ID_OF_USER_A="" sh "$WORK/checks.sh" >"$WORK/verdicts.less" || true
grep -q '^skipped *another-users-object.*no ID_OF_USER_A' "$WORK/verdicts.less" ||
	fail "a variable that is missing is not named"
echo "PASS: $(cat "$WORK/said"), $(grep -c ^FAULT "$WORK/verdicts.on") faults named, 0 where there are none"
