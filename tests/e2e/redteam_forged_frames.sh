#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Frames with a made-up sender never get anybody blocked: not requests without a connection, not
# requests with made-up answers, not requests pushed into a connection that exists. The same
# requests on connections of one's own do.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

VICTIM=10.77.0.9
ATTACKER=10.77.0.10
need python3
make_sandbox
start_nginx
start_yagurad --mode enforce

# forge KIND: 80 neighbouring ids with one token in the name of the victim.
cat >"$WORK/forge.py" <<'PY'
import socket, struct, sys

kind, gateway, victim, mac_to, mac_from = sys.argv[1:]
raw = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
raw.bind(("veth1", 0))
ether = bytes.fromhex(mac_to.replace(":", "")) + bytes.fromhex(mac_from.replace(":", ""))

def total(data):
    data += b"\0" * (len(data) % 2)
    s = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    s = (s >> 16) + (s & 0xffff)
    return ~(s + (s >> 16)) & 0xffff

def send(source, sport, to, dport, seq, ack, payload):
    a, b = socket.inet_aton(source), socket.inet_aton(to)
    tcp = struct.pack("!HHIIBBHHH", sport, dport, seq, ack, 0x50, 0x18, 64000, 0, 0)
    pseudo = a + b + struct.pack("!BBH", 0, 6, len(tcp) + len(payload))
    # A wrong checksum keeps the stack silent: no RST gives the game away.
    check = total(pseudo + tcp + payload) ^ (kind == "silent")
    tcp = tcp[:16] + struct.pack("!H", check) + tcp[18:]
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 40 + len(payload), 1, 0, 64, 6, 0, a, b)
    ip = ip[:10] + struct.pack("!H", total(ip)) + ip[12:]
    raw.send(ether + b"\x08\x00" + ip + tcp + payload)

def request(n):
    return (b"GET /v1/accounts/%d HTTP/1.1\r\nHost: api.test\r\n"
            b"Authorization: Bearer 0123456789abcdef\r\n\r\n" % n)

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
OWN = b"GET /v1/own HTTP/1.1\r\nHost: api.test\r\n\r\n"
connection = None
if kind == "inject":
    connection = socket.create_connection((gateway, 8080), source_address=(victim, 0))
port = connection.getsockname()[1] if connection else 4000 + len(kind)
seq, back = 1000, 900000
for i in range(80):
    text = request(1000 + i)
    if connection:
        # The real numbers are not known: all over the window.
        send(victim, port, gateway, 8080, (i * 0x03333333) & 0xffffffff, back, text)
        connection.sendall(OWN)
        connection.recv(4096)
        continue
    send(victim, port, gateway, 8080, seq, back, text)
    seq += len(text)
    if kind != "requests":
        send(gateway, 8080, victim, port, back, seq, ANSWER)
        back += len(ANSWER)
PY

segments() { counter sample.request; }
is_more_than() { (($($1) > $2)); }
forge() {
	local before
	before=$(segments)
	peer python3 "$WORK/forge.py" "$1" "$GATEWAY" "$VICTIM" "$mac0" "$mac1"
	wait_until 5 is_more_than segments $((before + 78)) # they did reach the sampler
}

mac0=$(cat /sys/class/net/veth0/address)
mac1=$(peer ip -j link show veth1 | jq -r '.[0].address')
for kind in requests answers silent inject; do
	forge "$kind"
done
for ((i = 0; i < 40; i++)); do
	peer curl -s -o /dev/null --interface "$ATTACKER" --max-time 2 \
		-H 'Authorization: Bearer fedcba9876543210' \
		"http://$GATEWAY:8080/v1/accounts/$((5000 + i))" || break
done
is_attacker_blocked() { yagura blocks --json | matches "$ATTACKER"; }
wait_until 10 is_attacker_blocked
if yagura blocks --json | matches "$VICTIM"; then
	fail "blocked on forged frames: $(yagura blocks)"
fi
peer curl -sf -o /dev/null --interface "$VICTIM" --max-time 2 "http://$GATEWAY:8080/v1/own" ||
	fail "the victim does not get through"
echo "320 forged requests: nobody blocked; 40 real ones: $ATTACKER blocked"
