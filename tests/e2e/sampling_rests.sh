#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# TLS calls cost more than the CPU budget: the probes rest for a part of the time. What is read
# while they are awake is right (each path has a status of its own, so an answer that is glued to
# another request shows), what passed meanwhile is estimated within the stated error, and when the
# load ends all is as before: every request is seen again.
. "$(dirname "$0")/lib.sh"
need h2load curl jq

SECONDS_MAX=20 # of load, if nothing happens
H2=8445
declare -A COLORS=([red]=201 [green]=202 [blue]=203 [gray]=200)

sensor() { status ".sensor[0].$1"; }
is_resting() { [[ $(sensor tls_rest) == "at times" ]]; }
has_rested() { [[ $(status '.sensor[0].tls_rested_s > 2') == true ]]; }
is_awake() { [[ $(sensor tls_rest) == no && $(sensor tls_awake) == 1 ]]; }
served() { access_lines "$ACCESS_LOG"; }
seen() { counter tls.request; }
load() {
	exec ip netns exec peer h2load "${@:2}" -i "$WORK/urls.$1" -D "$SECONDS_MAX" \
		-c 16 -t 1 >"$WORK/h2load.$1" 2>&1
}
# The wrong ones: "/red 202 17". Status 0: the answer fell into a rest.
glued() {
	api 'endpoints?limit=100' | jq -r '.items[] | .template as $t | .status | to_entries[] |
		"\($t) \(.key) \(.value)"' | while read -r template code count; do
		[[ ${COLORS[${template#/}]-none} == "$code" || $code == 0 ]] ||
			echo "$template $code $count"
	done
}

make_sandbox
mkdir -p "$WORK/nginx"
for color in "${!COLORS[@]}"; do
	echo "location = /$color { return ${COLORS[$color]} '{\"color\":\"$color\"}'; }"
	echo "https://$GATEWAY:8443/$color" >>"$WORK/urls.h1"
	echo "https://$GATEWAY:$H2/$color" >>"$WORK/urls.h2"
done >"$WORK/nginx/location.conf"
start_nginx 8080 8443 8082 "$H2"
start_yagurad --mode observe --cpu-budget 1 --log-level debug
ask() { peer curl -sk --http1.1 -o /dev/null "https://$GATEWAY:8443/gray"; }
read_at_all() { ask && (($(seen) > 0)); }
wait_until 20 read_at_all
is_counted() { (($(seen) == $(served))); }
wait_until 10 is_counted
: >"$ACCESS_LOG"
before=$(seen)

load h1 --h1 &
h1=$!
load h2 &
h2=$!
wait_until "$SECONDS_MAX" is_resting || {
	kill "$h1" "$h2"
	(($(nproc) <= 4)) || skip "the load is no pressure for $(nproc) cores"
	fail "the probes do not rest: $(status .sensor)"
}
wait_until "$SECONDS_MAX" has_rested
yagura status | grep 'TLS probes'
kill "$h1" "$h2" 2>/dev/null || true
wait "$h1" "$h2" 2>/dev/null || true
wait_until 40 is_awake
sleep 2 # the counters are told once a second
total=$(served)
counted=$(($(seen) - before))
missed=$(sensor tls_missed)
error=$(sensor tls_missed_error)
off=$((total - counted - missed))
echo "served $total, counted $counted, estimated $missed give or take $error: off by $off;" \
	"rested $(sensor tls_rested_s) s"
((counted > 0 && missed > 0 && error < total / 4)) || fail "error $error of $total"
# A request that is under way when the probes come or go may be in neither book.
turns=$(grep -c 'probes: on in' "$DAEMON_LOG" || true)
((${off#-} <= error + 3 * turns)) || fail "off by $off"
[[ -z $(glued) ]] || fail "answers to other requests: $(glued)"
yagura status | grep -q "while its probes were there" || fail "status does not say what is exact"

# Fully awake again: every request is seen.
before=$(seen)
: >"$ACCESS_LOG"
peer curl -sk --http1.1 -o /dev/null "https://$GATEWAY:8443/gray?[1-50]"
is_counted_since() { (($(seen) - before == 50)); }
wait_until 10 is_counted_since
(($(served) == 50)) || fail "served $(served)"
stop_yagurad

# never: nothing rests, whatever it costs.
start_yagurad --mode observe --cpu-budget 1 --tls-rest never
wait_until 20 read_at_all
load h1 --h1 &
h1=$!
is_busy() { (($(seen) > before + 500)); }
before=$(seen)
wait_until 20 is_busy
sleep 4 # three seconds above the budget would be the reason to rest
kill "$h1"
[[ $(sensor tls_rest) == never && $(sensor tls_rested_s) == 0 ]] || fail "$(status .sensor)"
echo "PASS: $counted of $total requests counted, the rest estimated, none glued"
