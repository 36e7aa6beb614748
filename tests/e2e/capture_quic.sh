#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# HTTP/3 is not read, and that is said: connections and bytes of QUIC, and of which process, as a
# server and as a client; the same server's TLS over TCP is read. What nobody answers is none. Who is
# blocked gets no answer.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"
need caddy gtlsclient jq python3

CONNECTIONS=5

# start_http3 NAME COMMAND...: caddy with HTTP/3 on port 8443, started by COMMAND.
start_http3() {
	local name=$1
	mkdir -p "$WORK/$name"
	cat >"$WORK/$name/Caddyfile" <<-CONF
		{
			admin off
			auto_https off
		}
		:8443 {
			tls $CERT $KEY
			respond "{\"ok\":true}"
		}
	CONF
	HOME=$WORK/$name "${@:2}" caddy run --config "$WORK/$name/Caddyfile" --adapter caddyfile \
		>"$WORK/$name/error.log" 2>&1 &
}

make_sandbox

# Payload of all datagrams of port 8443, as a program beside the sensor adds it up.
cat >"$WORK/count.py" <<-'PY'
	import signal, socket, struct, sys

	raw = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
	raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 24)
	raw.bind(("veth0", 0))
	raw.settimeout(0.2)
	total, going = 0, True

	def stop(number, frame):
	    global going
	    going = False

	signal.signal(signal.SIGTERM, stop)
	open(sys.argv[1] + ".ready", "w").close()
	while True:
	    try:
	        frame = raw.recv(65536)
	    except TimeoutError:
	        if going:
	            continue
	        break
	    if frame[12:14] == b"\x08\x00" and frame[23] == 17:
	        at = 14 + (frame[14] & 15) * 4
	        if 8443 in struct.unpack_from("!HH", frame, at):
	            total += struct.unpack_from("!H", frame, 16)[0] - (at - 14) - 8
	open(sys.argv[1], "w").write(str(total))
PY

start_http3 caddy env
SERVER=$!
wait_until 20 is_listening 8443
start_http3 far ip netns exec peer
far_listens() { peer ss -Hltn "sport = :8443" | matches .; }
wait_until 20 far_listens
start_yagurad --mode enforce

sum() { status ".counters.coverage.$1 // 0"; }
has_sum() { (($(sum "$1") >= $2)); }
gap_of() { status "[.libraries[] | select(.kind == \"quic\" and .comm == \"$1\")][0].$2 // 0"; }
has_gap() { (($(gap_of "$1" connections) >= $2)); }

# 1. What begins a connection, of everybody, and no answer: port 8444 is nobody's.
peer python3 - "$GATEWAY" <<-'PY'
	import socket, sys

	start = b"\xc3\0\0\0\x01\x08" + bytes(8)
	for port in range(40000, 40200):
	    one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
	    one.bind(("", port))
	    one.sendto(start.ljust(1200, b"\0"), (sys.argv[1], 8444))
PY

# 2. A server of this host, asked over QUIC and over TCP.
python3 "$WORK/count.py" "$WORK/truth" &
COUNT=$!
wait_until 10 test -e "$WORK/truth.ready"
for ((i = 1; i <= CONNECTIONS; i++)); do
	peer timeout 20 gtlsclient --exit-on-all-streams-close -q "$GATEWAY" 8443 \
		"https://$GATEWAY:8443/v1/three/$i" || fail "no answer over QUIC"
	peer curl -sk -o /dev/null "https://$GATEWAY:8443/v1/two/$i" || fail "no answer over TCP"
done
wait_until 10 has_sum quic "$CONNECTIONS"
wait_until 10 has_gap caddy "$CONNECTIONS"
wait_until 10 has_sum read "$CONNECTIONS"
kill -TERM "$COUNT"
wait "$COUNT"
truth=$(<"$WORK/truth")
is_exact() { [[ $(sum quic_bytes) == "$truth" ]]; }
wait_until 10 is_exact
[[ $(sum quic) == "$CONNECTIONS" ]] || fail "sums: $(status .counters.coverage)"
[[ $(gap_of caddy pid) == "$SERVER" && $(gap_of caddy bytes) == "$truth" ]] ||
	fail "rows: $(status .libraries)"
yagura status | matches "^QUIC .* $CONNECTIONS connections not read ($truth bytes)" ||
	fail "$(yagura status)"

# 3. A client of this host, that stays: its server is somebody else's, on a port that is served here.
timeout 60 gtlsclient -q 10.77.0.2 8443 https://10.77.0.2:8443/v1/out >/dev/null 2>&1 &
wait_until 10 has_gap gtlsclient 1
(($(gap_of caddy connections) == CONNECTIONS)) || fail "rows: $(status .libraries)"

# 4. Who is blocked is so over UDP, too.
yagura block 10.77.0.2 --reason test >/dev/null
! peer timeout 3 gtlsclient --exit-on-all-streams-close -q "$GATEWAY" 8443 \
	"https://$GATEWAY:8443/v1/three/blocked" || fail "a blocked client was answered over QUIC"
echo "PASS: $CONNECTIONS connections of QUIC, $truth bytes of $(gap_of caddy comm); a client; 200 forged none"
