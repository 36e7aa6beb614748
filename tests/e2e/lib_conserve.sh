# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# conserve SERVER: every request that SERVER logged is an exchange or a counted loss, in clear and
# under TLS, and each exchange carries the address that the server saw.
#
#	served  lines of the server's access log
#	seen    stream.exchanges that have a request
#	lost    request starts that the kernel counted as lost
#	served == seen + lost; paced, lost == 0
#	requests per client address: callers of yagura == access log
#
# With --full (make test-e2e does not) 100,000 requests each, else 4,000; and once more with rings
# that are far too small.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

SOURCES=4      # client addresses, 16 connections each
CONNECTIONS=16
TOTAL=4000
PER_S=4000     # paced rate, all connections together
FULL=${1-}
[[ $FULL != --full ]] || TOTAL=100000
SMALL_RING=65536

# Client k reaches the gateway at 10.77.9.k and comes from 10.77.0.(k+1): the load generators
# cannot choose their source address, routes can.
make_sources() {
	local k
	for ((k = 1; k <= SOURCES; k++)); do
		ip addr add "10.77.9.$k/32" dev veth0
		peer ip route add "10.77.9.$k/32" dev veth1 src "10.77.0.$((k + 1))"
	done
}

# load SCHEME PORT REQUESTS [OPTION...]: from all sources at once. h2load drops the last requests
# of some paced connections (without the sensor, too): 2 % may be missing, the log is what counts.
load() {
	local scheme=$1 port=$2 each=$(($3 / SOURCES)) k pids=() pid succeeded
	shift 3
	for ((k = 1; k <= SOURCES; k++)); do
		# Distinct totals, so that two swapped addresses would show.
		peer h2load --h1 -n $((each + 16 * k)) -c $CONNECTIONS -t 1 "$@" \
			"$scheme://10.77.9.$k:$port/v1/items/$k?page=1" >"$WORK/load.$k" 2>&1 &
		pids+=($!)
	done
	for pid in "${pids[@]}"; do
		wait "$pid" || fail "h2load ended with an error"
	done
	for ((k = 1; k <= SOURCES; k++)); do
		succeeded=$(sed -n 's/^requests: .* \([0-9]*\) succeeded.*/\1/p' "$WORK/load.$k")
		((succeeded * 100 >= (each + 16 * k) * 98)) ||
			fail "load $k: $(grep '^requests' "$WORK/load.$k")"
	done
}

# Whoever asks whether everything is ready may do so before a probe is in place: it has an address
# of its own, and what it asked counts on neither side.
READY=10.77.0.41
before=0 served_before=0 lost_before=0 requests_before=0
served() {
	head -n "$(access_lines "$ACCESS_LOG")" "$ACCESS_LOG" |
		awk -v ready="$READY:" -v n="-$served_before" \
			'index($0, ready) != 1 { n++ } END { print n + 0 }'
}
lost() { echo $(($(counter sample.lost_request) + $(counter tls.lost_request) - lost_before)); }
requests() {
	echo $(($(counter sample.request) + $(counter tls.request) - requests_before))
}
parsed() { echo $(($(counter stream.exchanges) - $(counter stream.exchange_no_request))); }
seen() { echo $(($(parsed) - before)); }
balanced() { (($(served) == $(seen) + $(lost))); }

# tls_is_read: a request under TLS was counted, so the probes are in place.
tls_is_read() {
	peer curl -sk --http1.1 --interface "$READY" -o /dev/null "https://$GATEWAY:8443/ready" &&
		(($(counter tls.request) > 0))
}

# by_client: "address requests" per client, from the access log and from yagura.
by_client_served() {
	sed -E 's/^(\S+):[0-9]+ .*/\1/' "$ACCESS_LOG" | grep -vx "$READY" | sort | uniq -c |
		awk '{ print $2, $1 }'
}
by_client_seen() {
	api callers?limit=1000 | jq -r '.items[] | "\(.client) \(.requests)"' |
		grep -v "^$READY " | sort
}
same_clients() {
	diff <(by_client_served | sort) <(by_client_seen)
}

check_balance() {
	wait_until 30 balanced
	echo "$1: served $(served), seen $(seen), lost $(lost)"
}

# What was asked before the load is over and counted.
settle() {
	local last=-1
	before=$(parsed)
	until ((last == before)); do
		last=$before
		sleep 2 # the counters are told once a second
		before=$(parsed)
	done
	lost_before=$((lost_before + $(lost)))
	requests_before=$((requests_before + $(requests)))
}

# begin_anew [OPTION...]: another daemon, which counts from here on.
begin_anew() {
	stop_yagurad
	served_before=$((served_before + $(served)))
	lost_before=0 requests_before=0
	start_yagurad --mode observe "$@"
	wait_until 20 tls_is_read
	settle
}

check_requests() {
	(($(requests) == $(served))) || fail "the kernel counted $(requests) requests of $(served)"
}

# The same with rings that are full most of the time.
conserve_little() {
	local server=$1
	begin_anew --ring-size $SMALL_RING
	load http 8080 $TOTAL
	load https 8443 $TOTAL
	check_balance "rings too small"
	check_requests
	(($(lost) > 0)) || fail "no ring was full: this round shows nothing"
	echo "PASS: $server: rings too small: $(served) requests served = $(seen) exchanges +" \
		"$(lost) counted losses"
}

conserve() {
	local server=$1 lost_paced
	need h2load curl
	make_sandbox
	make_sources
	"start_$server"
	start_yagurad --mode observe
	# A request before the probes are in place would be served and not seen.
	wait_until 20 grep -q "attached to .*$(tls_file "$server")" "$DAEMON_LOG"
	wait_until 20 tls_is_read
	settle
	load http 8080 $TOTAL --rps $((PER_S / SOURCES / CONNECTIONS))
	load https 8443 $TOTAL --rps $((PER_S / SOURCES / CONNECTIONS))
	check_balance paced
	lost_paced=$(lost)
	((lost_paced == 0)) || fail "$lost_paced requests lost at $PER_S per second"
	wait_until 15 same_clients
	load http 8080 $TOTAL
	load https 8443 $TOTAL
	check_balance "as fast as it goes"
	(($(lost) > 0)) || wait_until 15 same_clients
	echo "PASS: $server: $(served) requests served = $(seen) exchanges + $(lost) counted losses," \
		"each with its client's address"
	[[ $FULL != --full ]] || conserve_little "$server"
}

on_fail() {
	status '[.counters.ring, .counters.stream, .counters.analyzer, .counters.feed] |
		map(with_entries(select(.value > 0)))' | jq -c '.[]'
	echo "unbound $(counter tls.unbound), calls lost $(counter tls.lost_call)," \
		"frames while no heart beat $(counter sample.skip_idle)"
	echo "served $(served) seen $(seen) lost $(lost) requests $(requests)"
	diff <(by_client_served | sort) <(by_client_seen) || true
	daemon_log 20
}
