#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Card numbers and a mail address in answers through nginx with TLS show in the inventory, masked;
# nothing of them is in the files of the sensor. The analyzer looks for them inside its sandbox.
# What the caller was given is counted by class and day, and a restart forgets nothing of it.
. "$(dirname "$0")/lib.sh"
need curl jq nginx

make_sandbox
mkdir -p "$WORK/nginx"
cat >"$WORK/nginx/location.conf" <<-'CONF'
	location /v1/cards/ {
		default_type application/json;
		if ($uri ~ ([1-9])$) { set $check $1; }
		return 200 '{"holder":"ann.miller$check@bank.test","card_number":"$arg_card_number"}\n';
	}
	location /v1/people {
		default_type application/json;
		return 200 '{"my_number":"621498320257","iban":"GB82WEST12345698765432","full_name":"Zebulon Quackenbush","note":"key AKIAQBPKGNCUFHRDSLJ2 of ghp_0123456789abcdefghijABCDEFGHIJ012345","by":{"carl.planted@bank.test":{"n":1},"b":2}}\n';
	}
CONF
start_nginx
start_yagurad --mode observe

# In the answer, and in every place of the request.
PLANTED=(621498320257 GB82WEST12345698765432 Quackenbush AKIAQBPKGNCUFHRDSLJ2 ghp_0123456789
	carl.planted SecretBearer0123 SecretKey01234567 SecretCookie0123 SecretPassword0 090-8765-4321
	SecretQuery01234)
ask_people() {
	peer curl -sk --http1.1 -o /dev/null -H "Host: bank.test" -H "Authorization: Bearer SecretBearer0123456789" \
		-H "X-API-Key: SecretKey0123456789" -b "session=SecretCookie0123456789" \
		-d "password=SecretPassword0&phone=090-8765-4321" \
		"https://$GATEWAY:8443/v1/people?access_token=SecretQuery0123456789&090-8765-4321=1"
}
is_learned() { ask_people && yagura endpoints --data iban --json | matches '"iban"'; }

CARDS=(4111111111111111 5555555555554444 4012888888881881 378282246310005)

ask_cards() {
	local i
	for i in 0 1 2 3; do
		peer curl -sk --http1.1 -o /dev/null -H "Host: bank.test" \
			"https://$GATEWAY:8443/v1/cards/$((7301 + 13 * SECONDS + i))?card_number=${CARDS[i]}"
	done
}
holds() { # CLASS DIRECTION: the endpoint that holds it for sure
	yagura endpoints --data "$1" --json |
		jq -er --arg class "$1" --arg in "$2" 'select(.template == "/v1/cards/{id}") |
			select(any(.data[]; .class == $class and
			.in == $in and .confidence == "confirmed")) | .id' | grep .
}
is_known() { ask_cards && holds pan response && holds email response; }
is_measured() {
	curl -s --unix-socket "$RUN/yagura.sock" http://yagura/metrics |
		grep -q '^yagura_data_endpoints{class="pan",in="response",confidence="confirmed"} [1-9]'
}
is_found() { api findings | jq -e --arg rule "$1" 'any(.. | objects; .rule? == $rule)'; }

wait_until 20 is_known
wait_until 20 is_learned
id=$(holds pan response)
yagura endpoint "$id" >"$WORK/endpoint.txt"
grep -q 'pan .*response .*\$\.card_number .*confirmed .*\*' "$WORK/endpoint.txt" ||
	fail "yagura endpoint: $(cat "$WORK/endpoint.txt")"
yagura endpoints | matches " pan" || fail "yagura endpoints has no column of data"
wait_until 10 is_found card-number-exposed
wait_until 10 is_found sensitive-data-in-url
wait_until 10 is_measured

# Everything that a user may ask for.
for command in endpoints callers findings posture third-parties "openapi export" testcases \
	"openapi export --format json" status; do
	# shellcheck disable=SC2086
	yagura $command >>"$WORK/outputs" 2>&1 || true
	# shellcheck disable=SC2086
	yagura $command --json >>"$WORK/outputs" 2>&1 || true
done
for place in endpoints findings callers status; do api "$place" >>"$WORK/outputs"; done
for id in $(yagura endpoints --json | jq -r .id); do
	yagura endpoint "$id" >>"$WORK/outputs"
	yagura endpoint "$id" --json >>"$WORK/outputs"
done
curl -s --unix-socket "$RUN/yagura.sock" http://yagura/metrics >>"$WORK/outputs"
(($(stat -c %s "$WORK/outputs") > 20000)) || fail "there is little to search in"

# Four different cards; a restart and a fifth one are five.
given() { # CLASS: different values that a caller was given, at least
	yagura callers --by-records --json |
		jq -e --arg class "$1" 'first(.data[] | select(.class == $class) | .distinct)'
}
has_given() { [[ $(given pan) == "$1" ]]; }
all_given() { ask_cards && has_given 4; }
on_fail() { yagura callers --json; yagura query "SELECT * FROM takes" || true; api status | jq -c ".counters | .data, .detect, .feed, .store"; daemon_log 3; }
wait_until 15 all_given
yagura callers --by-records >"$WORK/callers.txt"
grep -q "RECORDS" "$WORK/callers.txt" || fail "yagura callers: $(cat "$WORK/callers.txt")"
(($(sed 's/…/./g' "$WORK/callers.txt" | awk '{ print length }' | sort -n | tail -1) <= 80)) ||
	fail "wider than 80 columns: $(cat "$WORK/callers.txt")"
stop_yagurad
start_yagurad --mode observe
CARDS=(6011000990139424)
ask_fifth() {
	peer curl -sk --http1.1 -o /dev/null -H "Host: bank.test" \
		"https://$GATEWAY:8443/v1/cards/1?card_number=${CARDS[0]}" && has_given 5
}
wait_until 20 ask_fifth

# What is kept, is kept on disk at the latest when the daemon ends.
stop_yagurad
for secret in "${CARDS[@]}" 4111111111111111 5555555555554444 ann.miller "${PLANTED[@]}"; do
	! grep -arlF "$secret" "$STATE" "$DAEMON_LOG" "$WORK/endpoint.txt" "$WORK/outputs" ||
		fail "$secret was written"
done
grep -arqF "41111" "$STATE" || fail "the masked sample is not in the state: the search proves nothing"
echo "PASS: classes, masked samples, findings; no number in $(find "$STATE" -type f | wc -l) files"
