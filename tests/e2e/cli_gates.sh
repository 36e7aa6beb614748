#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# `yagura analyze` as a gate of a build: exit codes for captures and HTTP archives, from a file, from
# a pipe and compressed; against a document; and nothing that is resolved or below the bar stops it.
set -euo pipefail
YAGURA=$YG_BUILD/yagura
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
CAPTURE=$(dirname "$0")/../replay/benign.pcap

fail() {
	echo "FAIL: $1"
	cat "$WORK/out" "$WORK/err"
	exit 1
}
# gate CODE ARGUMENT...: what analyze exits with.
gate() {
	local want=$1 code=0
	shift
	"$YAGURA" analyze "$@" >"$WORK/out" 2>"$WORK/err" || code=$?
	[[ $code == "$want" ]] || fail "exit $code instead of $want: $*"
}
# archive PASSWORD: two calls of an API as a browser records them.
archive() {
	cat <<-HAR
		{"log": {"version": "1.2", "creator": {"name": "t", "version": "1"}, "entries": [
		$(for i in 1 2 3; do
			cat <<-ENTRY
				{"startedDateTime": "2024-01-02T03:04:0$i.000Z", "time": 12, "request": {"method": "GET",
				 "url": "https://api.example.com/v1/users/$i?view=full", "httpVersion": "HTTP/2",
				 "headers": [{"name": "Authorization", "value": "Bearer opaque"}], "queryString": [],
				 "cookies": [], "headersSize": -1, "bodySize": 0}, "response": {"status": 200,
				 "statusText": "", "httpVersion": "HTTP/2",
				 "headers": [{"name": "Content-Type", "value": "application/json"}], "cookies": [],
				 "content": {"size": 9, "mimeType": "application/json", "text": "{\"id\":$i,\"name\":\"$1\"}"},
				 "redirectURL": "", "headersSize": -1, "bodySize": 9}, "cache": {},
				 "timings": {"send": 0, "wait": 9, "receive": 1}}
			ENTRY
			((i == 3)) || echo ,
		done)
		]}}
	HAR
}
hash="\$2b\$12\$abcdefghijklmnopqrstuuABCDEFGHIJKLMNOPQRSTUVWXYZ01234"
archive Ann >"$WORK/good.har"
archive "$hash" >"$WORK/bad.har"
gzip -k "$WORK/bad.har"
cat >"$WORK/spec.yaml" <<-'YAML'
	openapi: 3.1.0
	info: {title: t, version: '1'}
	servers: [{url: 'https://api.example.com'}]
	paths:
	  /v1/users/{id}:
	    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
	    get:
	      security: [{token: []}]
	      parameters: [{name: view, in: query, schema: {type: string}}]
	      responses: {'200': {description: one, content: {application/json: {schema: {type: object, properties: {id: {type: integer}, name: {type: string}}}}}}}
	components: {securitySchemes: {token: {type: http, scheme: bearer}}}
YAML

# Captures: findings of severity medium.
gate 0 "$CAPTURE"
gate 3 --fail-on medium "$CAPTURE"
gate 0 --fail-on high "$CAPTURE"
gate 2 --fail-on severe "$CAPTURE"
gate 1 "$WORK/none.pcap"
gate 1 /dev/null

# Archives, however they come: three users, one endpoint.
for file in "$WORK/good.har" "$WORK/bad.har" "$WORK/bad.har.gz"; do
	gate 0 --json "$file"
	cp "$WORK/out" "$WORK/from-file"
	grep -q '"template":"/v1/users/{id}","requests":3' "$WORK/out" || fail "not read: $file"
	gate 0 --json - <"$file"
	cmp "$WORK/out" "$WORK/from-file" || fail "standard input differs: $file"
	gate 0 --json - < <(cat "$file")
	cmp "$WORK/out" "$WORK/from-file" || fail "a pipe differs: $file"
done
gate 0 --fail-on high "$WORK/good.har"
gate 3 --fail-on high "$WORK/bad.har"
grep -q 'password-hash-exposed' "$WORK/out" || fail "the hash is not found"
gate 1 --fail-on high "$WORK/bad.har" "$WORK/none.har"
gate 1 --fail-on high /dev/null "$WORK/bad.har"
head -c 300 "$WORK/bad.har" >"$WORK/cut.har"
gate 1 "$WORK/cut.har"

# Against a document: what fits it stops nothing, an endpoint that is not in it does.
gate 0 --openapi "$WORK/spec.yaml" --fail-on low "$WORK/good.har"
sed -i s,/v1/users,/v1/people, "$WORK/spec.yaml"
gate 3 --openapi "$WORK/spec.yaml" --fail-on medium "$WORK/good.har"
gate 0 --openapi "$WORK/spec.yaml" --fail-on high "$WORK/good.har"
gate 1 --openapi "$WORK/none.yaml" "$WORK/good.har"

# What code scanning reads: each result is of a rule in the file, at an endpoint, with a level.
sarif() {
	jq -e "$1" "$WORK/found.sarif" >/dev/null || fail "not so in SARIF: $1: $(cat "$WORK/found.sarif")"
}
gate 3 --openapi "$WORK/spec.yaml" --fail-on high --sarif "$WORK/found.sarif" "$WORK/bad.har"
sarif '.version == "2.1.0" and (.runs | length == 1)'
# shellcheck disable=SC2016 # a variable of jq
sarif '.runs[0] | .tool.driver.rules as $rules |
	all(.results[]; $rules[.ruleIndex].id == .ruleId and .message.text != "" and
		(.level == "error" or .level == "warning" or .level == "note") and
		.partialFingerprints["yagura/v1"] != "" and
		(.locations[0].logicalLocations[0].fullyQualifiedName | length > 0))'
sarif '.runs[0].results | any(.ruleId == "password-hash-exposed" and .level == "error" and
	.locations[0].logicalLocations[0].fullyQualifiedName == "api.example.com GET /v1/users/{id}")'
sarif '.runs[0].results | any(.ruleId == "shadow" or .ruleId == "shadow-endpoint")'
sarif '[.runs[0].results[] | .locations[0].physicalLocation.artifactLocation.uri] | unique |
	length == 1 and (.[0] | endswith("/spec.yaml"))'
grep -qF abcdefghijklmnopqrst "$WORK/found.sarif" && fail "the hash is in the file"
gate 0 --sarif "$WORK/found.sarif" --lang ja "$CAPTURE"
sarif '.runs[0] | (.results | length > 0) and (.tool.driver.rules[0].help.text | test("[ぁ-ん]"))'
gate 1 --sarif "$WORK/none/found.sarif" "$WORK/good.har"
gate 2 --sarif

# An API key that nobody configured is the credential: of the endpoint, of the document, of the checks.
sed -e 's/view=full/page=2\&acmeApiKey=acme_live_51HqT2eK/' \
	-e 's/{"name": "Authorization", "value": "Bearer opaque"}//' "$WORK/good.har" >"$WORK/key.har"
gate 0 --json --testcases "$WORK/key.sh" --openapi-out "$WORK/key.json" "$WORK/key.har"
grep -q '"auth":\["api-key"\]' "$WORK/out" || fail "the key is no credential"
grep -qF "/v1/users/'\"\$ID_OF_USER_A\"'?acmeApiKey='\"\$TOKEN_OF_USER_B\"'&page=" "$WORK/key.sh" ||
	fail "the checks do not send the key: $(cat "$WORK/key.sh")"
grep -qF "/v1/users/'\"\$ID_OF_USER_A\"'?page=" "$WORK/key.sh" || fail "a check without a key sends one"
jq -e '.components.securitySchemes[] | .type == "apiKey" and .in == "query" and .name == "acmeApiKey"' \
	"$WORK/key.json" >/dev/null || fail "the document does not name the key: $(cat "$WORK/key.json")"
! grep -q acme_live "$WORK/out" "$WORK/key.sh" "$WORK/key.json" || fail "the key itself is written"

# Checks made of names that would be commands: a script that a shell reads, and that runs none.
hostile() {
	cat <<-'HAR'
		{"startedDateTime": "2024-01-02T12:04:01+09:00", "time": 1, "request": {"method": "POST",
		 "url": "https://api.example.com/v1/a'b*$x/x\"y", "headers": [{"name":
		 "Authorization", "value": "Bearer opaque"}], "queryString": [{"name": "';touch PWNED;'", "value":
		 "{{x}}"}], "postData": {"mimeType": "application/json", "text":
		 "{\"$(touch PWNED)\": 1, \"'; touch PWNED; '\": 2}"}}, "response": {"status": 200, "headers": [],
		 "content": {"text": "{}", "mimeType": "application/json"}}}
	HAR
}
printf '{"log": {"entries": [%s,%s,%s,%s]}}' "$(hostile)" "$(hostile)" "$(hostile)" "$(hostile)" >"$WORK/hostile.har"
gate 0 --testcases "$WORK/checks.sh" "$WORK/hostile.har"
grep -qF "'https://api.example.com/v1/a'\\''b" "$WORK/checks.sh" || fail "the names are not in the script"
gate 0 --testcases "$WORK/checks.http" "$WORK/hostile.har"
mkdir "$WORK/bin"
sh -n "$WORK/checks.sh" || fail "the script of checks is no script"
! command -v shellcheck >/dev/null || shellcheck -s sh "$WORK/checks.sh" || fail "shellcheck refuses it"
printf '#!/bin/sh\necho 429\n' >"$WORK/bin/curl"
chmod +x "$WORK/bin/curl"
(cd "$WORK" && TOKEN_OF_USER_A=a TOKEN_OF_USER_B=b TOKEN_WITHOUT_THE_ROLE=c ID_OF_USER_A=1 PATH=$WORK/bin:$PATH \
	sh checks.sh >out 2>err) || fail "a check that is answered 429 is a fault"
if grep -q skipped "$WORK/out" || [[ -s $WORK/err || -e $WORK/PWNED ]]; then fail "a name became a command"; fi
[[ $(grep -c ^### "$WORK/checks.http") == $(wc -l <"$WORK/out") ]] || fail "the formats differ"

# Wrong filters are bad usage before anybody is asked, a daemon that is not there is a failure.
usage() {
	local code=0
	"$YAGURA" "$@" --socket "$WORK/none.sock" >"$WORK/out" 2>"$WORK/err" || code=$?
	[[ $code == 2 ]] || fail "exit $code instead of 2: $*"
}
for wrong in "posture --state closed" "posture --rule no-such-rule" "findings --severity grave" \
	"findings --status done" "endpoints --label none" "endpoints --risk 101" "endpoints --sort size" \
	"relations --kind all" "third-parties --since yesterday" "callers --limit 0" "risk --nothing x" \
	"finding nothing" "endpoint 12345678901234567" "approve ../blocks" "dismiss ABC" \
	"testcases --format xml" "testcases --label none"; do
	# shellcheck disable=SC2086 # words of a command
	usage $wrong
done
code=0
"$YAGURA" posture --socket "$WORK/none.sock" >"$WORK/out" 2>"$WORK/err" || code=$?
[[ $code == 1 ]] || fail "exit $code instead of 1 without a daemon"
echo "PASS: captures and archives stop a build when they should, and only then"
