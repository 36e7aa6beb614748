#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# HTTP/2 with 100 streams per connection, as fast as it goes, in clear and under TLS: every request
# that nginx logged is an exchange or a counted loss.
#
#	served == seen + missed + answers alone		missed: what the kernel counted in records
#							that it lost, and in those not read
#	requests of the kernel == served: each connection is seen from its preface on
#
# With --full (make test-e2e does not) 100,000 requests each, else 4,000; and once more with rings that
# are far too small: each request is counted all the same, at the latest when the analyzer has waited
# long enough for answers that were lost.
. "$(dirname "$0")/lib_conserve.sh"

STREAMS=100
H2_CONNECTIONS=8

missed() {
	echo $(($(counter stream.h2_request_missed) + $(counter stream.lost_request) + $(lost) -
		$(counter stream.h2_lost_told)))
}
balanced_h2() { (($(served) == $(seen) + $(missed) + $(counter stream.exchange_no_request))); }

# load_h2 URL
load_h2() {
	peer h2load -n $TOTAL -c $H2_CONNECTIONS -m $STREAMS -t 1 "$1" >"$WORK/load" 2>&1 ||
		fail "h2load ended with an error"
	grep -q " $TOTAL succeeded" "$WORK/load" || fail "$(grep '^requests' "$WORK/load")"
}

on_fail() {
	api status | jq -c '.counters | .stream, .sample, .tls | map_values(select(. > 0))' || true
	echo "served $(served) seen $(seen) missed $(missed) requests $(requests)"
	daemon_log 20
}

need h2load curl
make_sandbox
mkdir -p "$WORK/nginx"
echo 'listen 8082 http2; listen 8444 ssl http2;' >"$WORK/nginx/location.conf"
start_nginx
start_yagurad --mode observe
wait_until 20 tls_is_read
settle

conserve_h2() {
	local url
	for url in "http://$GATEWAY:8082/v1/items/1?page=1" "https://$GATEWAY:8444/v1/items/2?page=1"; do
		load_h2 "$url"
		wait_until 40 balanced_h2
		echo "${url%%:*}: served $(served), seen $(seen), missed $(missed)," \
			"answers alone $(counter stream.exchange_no_request)"
	done
	check_requests
}
conserve_h2
echo "PASS: $(served) requests with $STREAMS streams per connection = $(seen) exchanges +" \
	"$(missed) counted losses"

[[ $FULL == --full ]] || exit 0
begin_anew --ring-size $SMALL_RING
conserve_h2
(($(lost) > 0)) || fail "no ring was full: this round shows nothing"
echo "PASS: rings too small, $(lost) requests lost in the kernel: $(served) requests =" \
	"$(seen) exchanges + $(counter stream.exchange_no_request) answers alone + $(missed) missed"
