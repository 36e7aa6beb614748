#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A bank that runs: faults of its authorization server and of its API are switched on, off and on
# again while the sensor watches, and `yagura posture` shows them found, resolved and reopened.
# Signatures are verified by the analyzer itself, in its sandbox.
#
#	client ── https, DPoP ──► nginx :8443 ── http 127.0.0.1:7100 ──► authorization server, API
. "$(dirname "$0")/lib.sh"
need curl jq python3
python3 -c 'import cryptography' 2>/dev/null || skip "no python3-cryptography: run tools/setup"

HOST=bank.example.com
RULES=(fapi-dpop-invalid fapi-token-cacheable jwt-signature-ignored)

visits() { peer python3 "$ROOT/tests/e2e/bank_live.py" visit $GATEWAY 8443 "https://$HOST" "$1"; }
# state RULE: of the finding about what clients see.
state() {
	api 'findings?kind=posture&limit=1000' |
		jq -r --arg rule "$1" '[.items[] | select(.rule == $rule) | .state] | first // "none"'
}
# all_are STATE: after a few more visits, each of RULES is in it.
all_are() {
	local rule
	visits 3 >>"$WORK/visits"
	for rule in "${RULES[@]}"; do
		[[ $(state "$rule") == "$1" ]] || return 1
	done
}
switch() { printf '%s\n' "$@" >"$WORK/switches"; }
on_fail() {
	tail -n 2 "$WORK/visits"
	api 'findings?kind=posture&limit=1000' | jq -c '.items[] | [.rule, .state, .endpoint, .cause]'
	status '.counters.posture' | jq -c .
	daemon_log 5
}

make_sandbox
mkdir -p "$WORK/nginx"
cat >"$WORK/nginx/location.conf" <<-CONF
	server_name $HOST;
	server_tokens off;
	proxy_http_version 1.1;
	proxy_set_header Connection "";
	proxy_set_header Host \$host;
	location ~ ^/(token|accounts|jwks.json)\$ { proxy_pass http://127.0.0.1:7100; }
CONF
switch none
python3 "$ROOT/tests/e2e/bank_live.py" serve 7100 "$WORK/switches" "https://$HOST" &
wait_until 10 is_listening 7100
start_nginx
start_yagurad --mode observe --interface lo --fapi 2

is_read() { visits 1 >"$WORK/visits" && (($(counter tls.request) > 0)); }
wait_until 20 is_read
has_verified() { visits 1 >>"$WORK/visits" && (($(counter posture.signatures) > 20)); }
wait_until 10 has_verified
[[ $(tail -n 1 "$WORK/visits") == "200 200 200 200 200 200 401 401" ]] || fail "the bank is not correct"
found=$(api 'findings?kind=posture&limit=1000' | jq -r '.items[] | "\(.rule) \(.cause)"')
[[ -z $found ]] || fail "found without a fault: $found"

switch proof-signature token-signature no-store
wait_until 10 all_are open
switch none
wait_until 20 all_are resolved
switch proof-signature token-signature no-store
wait_until 10 all_are reopened

# What an operator sees; titles in both languages.
yagura posture >"$WORK/english"
yagura posture --lang ja >"$WORK/japanese"
for rule in "${RULES[@]}"; do
	title=$("$BUILD/yagura" rules --json | jq -r "select(.id == \"$rule\") | .title")
	ja=$("$BUILD/yagura" rules --json | jq -r "select(.id == \"$rule\") | .title_ja")
	grep -qF "$title" "$WORK/english" || fail "not shown: $title: $(cat "$WORK/english")"
	grep -qF "$ja" "$WORK/japanese" || fail "not shown: $ja: $(cat "$WORK/japanese")"
done
id=$(sed -n '/^[0-9a-f]\{16\} /{s/ .*//p;q}' "$WORK/japanese")
yagura finding "$id" --lang ja >"$WORK/finding"
for word in 根拠 影響 対策 検出回数; do
	grep -q "$word" "$WORK/finding" || fail "not in Japanese: $word: $(cat "$WORK/finding")"
done
! sed -n '/根拠/,/影響/p' "$WORK/finding" | matches "answered" || fail "the cause is English"
yagura findings --lang ja --since 1h | matches "未判断" || fail "the list is not in Japanese"
# How risky that makes it, and of what.
is_risky() { yagura risk --json | jq -e '.risk > 20 and (.endpoints[0].risk_reasons | length) > 0' >"$WORK/is"; }
wait_until 30 is_risky
yagura risk >"$WORK/risk"
yagura risk --service $HOST >"$WORK/service"
for text in "^Risk [0-9]* of 100$" "$HOST" "posture: critical"; do
	grep -q "$text" "$WORK/risk" || fail "risk: no $text: $(cat "$WORK/risk")"
done
grep -q "^Risk [0-9]* of 100: $HOST$" "$WORK/service" || fail "of one service: $(cat "$WORK/service")"
! yagura risk --service none 2>"$WORK/none" || fail "the risk of a service that is not there"
(($(yagura endpoints --json --risk 20 | wc -l) > 0)) || fail "no endpoint of at least that risk"
(($(yagura endpoints --json --risk 100 | wc -l) == 0)) || fail "an endpoint of the highest risk"
others=$(api 'findings?kind=posture&limit=1000' | jq -r --arg rules "${RULES[*]}" \
	'.items[] | select(.rule as $r | $rules | split(" ") | index($r) | not) | "\(.rule) \(.cause)"')
[[ -z $others ]] || fail "found beyond the faults: $others"
are_counted() { (($(counter posture.resolved) >= 3 && $(counter posture.reopened) >= 3)); }
wait_until 5 are_counted
[[ -z ${YG_SHOW-} ]] || { cat "$WORK/english" "$WORK/japanese"; yagura finding "$id" --lang ja; }
echo "PASS: ${#RULES[@]} faults found, resolved and reopened," \
	"$(counter posture.signatures) signatures verified in the sandbox"
