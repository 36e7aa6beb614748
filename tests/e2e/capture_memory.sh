#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Servers that give their TLS library memory instead of a socket: no request gets a wrong address,
# from 8 clients with 64 connections at once, and addresses become certain after a few requests.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib_capture.sh"
need h2load curl

CLIENTS_USED=8
EACH=400 # requests per client, over 8 connections


# Client k reaches the gateway at 10.77.9.k and comes from 10.77.0.(k+1).
make_sources() {
	local k
	for ((k = 1; k <= CLIENTS_USED; k++)); do
		ip addr add "10.77.9.$k/32" dev veth0
		peer ip route add "10.77.9.$k/32" dev veth1 src "10.77.0.$((k + 1))"
	done
}

load() {
	local k pid pids=()
	for ((k = 1; k <= CLIENTS_USED; k++)); do
		peer h2load --h1 -n $EACH -c 8 -t 1 "https://10.77.9.$k:8443/from-$k?" \
			>"$WORK/load.$k" 2>&1 &
		pids+=($!)
	done
	for pid in "${pids[@]}"; do
		wait "$pid" || fail "h2load ended with an error"
	done
	[[ $(grep -c " $EACH succeeded, 0 failed" "$WORK"/load.* | grep -c ':1$') == "$CLIENTS_USED" ]] ||
		fail "not every request was answered"
}

# requests KIND: requests that were read with an address that is so known.
requests() { grep -c "^read .* $1 GET /from-" "$PROBE_LOG" || true; }
all_seen() { (($(grep -c '^read .* GET /from-' "$PROBE_LOG") >= CLIENTS_USED * EACH)); }

# wrong: requests whose sender is not the client that the path names.
wrong() {
	sed -nE 's,^read ([0-9.]+):[0-9]+ .* (guess|certain) GET /from-([0-9]+)\?.*,\1 \3 \2,p' \
		"$PROBE_LOG" | awk '$1 != "10.77.0." ($2 + 1) { n++ } END { print n + 0 }'
}

make_sandbox
make_sources
for server in node asyncio; do
	"start_$server"
	start_probe -i veth0
	wait_until 20 attached "$(tls_file "$server")"
	load
	wait_until 10 all_seen
	stop_probe
	echo "$server: $(requests '[a-z]*') requests, $(requests certain) certain," \
		"$(requests guess) guessed, $(requests unknown) unknown; $(wrong) wrong"
	(($(wrong) == 0)) || fail "$server: wrong addresses"
	# The first few of each of the 64 connections are guesses.
	(($(requests certain) * 10 >= CLIENTS_USED * EACH * 7)) || fail "$server: too few certain"
	stop_server
done
echo "PASS: 0 wrong addresses"
