#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A gateway whose TLS edge is nginx, and whose upstreams are on loopback, in another network
# namespace, and behind a second TLS hop: each upstream request is linked to its own edge request,
# although six clients ask at once, and `yagura endpoint` shows where an endpoint leads to.
#
#	clients ── https ──► nginx :8443 ─┬─ /local  ── http 127.0.0.1:7000 (node)
#					  ├─ /far    ── http 10.77.0.2:7001 (python, in peer)
#					  ├─ /secure ── https 127.0.0.1:8543 (nginx again)
#		http ──► nginx :8080 ───── /other ── http 10.77.0.1:7003 from 10.77.9.9
#
# Both ends of the last one are addresses of this host; one of them it gets while yagurad runs.
. "$(dirname "$0")/lib.sh"
need curl jq python3

EACH=30
NAMES=(alpha bravo charlie delta echo foxtrot) # each client asks for its own
HOPS=4 # per four requests: one to each upstream, that under TLS told by both of its ends

fetch() {
	local offset
	for offset in 0 1000 2000; do
		api "samples?limit=1000&offset=$offset" |
			jq -c '.items[] | select(.client != "10.77.0.41")'
	done >"$WORK/samples"
}
# table: how many samples of each kind have a parent.
table() {
	jq -r '[.side, .server_port, (if .tls then "tls" else "clear" end), (.target | split("?")[0]),
		(if .parent == "0000000000000000" then "alone" else "linked" end)] | join(" ")' \
		"$WORK/samples" | sort | uniq -c
}
on_fail() {
	fetch && table
	cat "$WORK/endpoint" || true
	api status | jq -c '.counters | .hop, .feed, .stream'
	daemon_log 5
}

make_sandbox
mkdir -p "$WORK/nginx"
cat >"$WORK/nginx/location.conf" <<-CONF
	listen 127.0.0.1:8543 ssl;
	listen 127.0.0.1:7000;
	proxy_http_version 1.1;
	proxy_set_header Connection "";
	proxy_set_header X-Forwarded-For \$remote_addr;
	location /other { proxy_bind 10.77.9.9; proxy_pass http://10.77.0.1:7003; }
	location /same { proxy_set_header Host \$http_host; proxy_pass http://127.0.0.1:7002; }
	location /local { proxy_pass http://127.0.0.1:7002/v1; }
	location /far { proxy_set_header X-Request-Id \$request_id; add_header X-Request-Id \$request_id;
		proxy_pass http://10.77.0.2:7001/far; }
	location /secure { proxy_pass https://127.0.0.1:8543/inner/secure; }
CONF
cat >"$WORK/upstream.py" <<-'PY'
	import http.server, sys
	class Handler(http.server.BaseHTTPRequestHandler):
	    protocol_version = "HTTP/1.1"
	    wbufsize = 65536
	    def do_GET(self):
	        self.send_response(200)
	        self.send_header("Content-Length", "2")
	        self.end_headers()
	        self.wfile.write(b"{}")
	    def log_message(self, *arguments):
	        pass
	http.server.ThreadingHTTPServer((sys.argv[1], int(sys.argv[2])), Handler).serve_forever()
PY
python3 "$WORK/upstream.py" 127.0.0.1 7002 &
python3 "$WORK/upstream.py" 10.77.0.1 7003 &
peer python3 "$WORK/upstream.py" 10.77.0.2 7001 &
wait_until 10 is_listening 7002
start_nginx
start_yagurad --mode observe --interface lo
addresses=$(counter own.addresses)
ip addr add 10.77.9.9/32 dev veth0
has_address() { (($(counter own.addresses) == addresses + 1)); }
wait_until 10 has_address

is_read() {
	peer curl -sk --http1.1 --interface 10.77.0.41 -o /dev/null "https://$GATEWAY:8443/local/ready" &&
		(($(counter tls.request) > 0 && $(counter hop.upstream) > 0))
}
wait_until 20 is_read
for k in "${!NAMES[@]}"; do
	peer curl -sk --http1.1 --interface "10.77.0.$((k + 3))" -o /dev/null \
		"https://$GATEWAY:8443/{local,far,secure}/${NAMES[k]}?n=[1-$EACH]" \
		"http://$GATEWAY:8080/other/${NAMES[k]}?n=[1-$EACH]" -o /dev/null &
	pids[k]=$!
done
# An analyzer that falls behind by more than an upstream request waits for its edge misses none.
analyzer=$(pgrep -x yg-analyzer)
kill -STOP "$analyzer"
for k in "${!NAMES[@]}"; do
	wait "${pids[k]}" || fail "no answer"
done
sleep 3 # no condition: this long it sleeps
kill -CONT "$analyzer"

want=$((HOPS * EACH * ${#NAMES[@]}))
# Edges are kept from the first upstream request on, so those that asked whether it is ready may
# have none.
linked_all() {
	local upstream
	upstream=$(counter hop.upstream)
	((upstream >= want && $(counter hop.linked) + 6 >= upstream))
}
wait_until 15 linked_all

# Of a pair that was shown, both ends ask for the name of one client.
pairs() {
	jq -rs '(map({ key: .id, value: . }) | from_entries) as $all | .[] |
		select($all[.parent]) | [(.target, $all[.parent].target | split("?")[0] |
		split("/") | last)] | join(" ")' "$WORK/samples"
}
has_pairs() { fetch && (($(pairs | wc -l) * 2 >= want)); }
wait_until 10 has_pairs
# Whoever reads both ends of it counts it once.
is_told_twice() { (($(counter hop.told_twice) == EACH * ${#NAMES[@]})); }
wait_until 10 is_told_twice
inner_requests() {
	api 'endpoints?limit=1000' | jq '[.items[] | select(.template | startswith("/inner/secure")) |
		.requests] | add'
}
inner_is_counted_once() { (($(inner_requests) == EACH * ${#NAMES[@]})); }
wait_until 10 inner_is_counted_once
wrong=$(pairs | awk '$1 != $2' | wc -l)
((wrong == 0)) || fail "$wrong wrong pairs"
[[ $(jq -r 'select(.server_port == 8443) | .side' "$WORK/samples" | sort -u) == inbound ]] ||
	fail "the edge is not inbound"
[[ $(jq -r 'select(.server_port == 7001) | .side' "$WORK/samples" | sort -u) == outbound ]] ||
	fail "what goes to another host is not outbound"
[[ $(jq -r 'select(.server_port == 7002) | .side' "$WORK/samples" | sort -u) == local ]] ||
	fail "what goes to this host is not local"
[[ $(jq -r 'select(.server_port == 7003) | [.client, .side] | join(" ")' "$WORK/samples" | sort -u) == \
	"10.77.9.9 local" ]] || fail "what goes to another address of this host is not local"
[[ $(jq -r 'select(.server_port == 8080) | .side' "$WORK/samples" | sort -u) == inbound ]] ||
	fail "the edge in clear is not inbound"
[[ $(jq -r 'select(.server_port == 8443) | .ja4' "$WORK/samples" | sort -u) == t13i* ]] ||
	fail "no JA4 of curl: $(jq -r .ja4 "$WORK/samples" | sort | uniq -c)"
has_callers() {
	yagura callers --json | jq -se 'any(.[]; .ja4s == 1 and (.ja4 | startswith("t13i")))'
}
wait_until 10 has_callers

# The graph: /secure/... leads to /inner/secure/....
shows_graph() {
	id=$(api 'endpoints?limit=1000' |
		jq -r 'first(.items[] | select(.template | startswith("/secure/")) | .id)')
	yagura endpoint "$id" | tr -s ' ' >"$WORK/endpoint"
	grep -q -- "-> upstream [1-9][0-9]* .* GET .*/inner/secure/" "$WORK/endpoint"
}
wait_until 10 shows_graph
# The same for all of them, as a table, as lines, and as a graph.
yagura relations --contains /secure/ >"$WORK/relations"
grep -q "^FROM .*INTO .*KIND .*REQ" "$WORK/relations" || fail "no table: $(cat "$WORK/relations")"
(($(sed 's/…/./g' "$WORK/relations" | awk '{ print length }' | sort -n | tail -1) <= 80)) || fail "wider than 80"
yagura relations --json | jq -e -s 'any(.kind == "upstream" and
	(.from.template | startswith("/secure/")) and (.into.template | startswith("/inner/")))' \
	>/dev/null || fail "no relation: $(yagura relations --json)"
yagura relations --dot | matches '"GET .*/secure/.*" -> "GET .*/inner/secure/.*" \[label=' ||
	fail "no graph: $(yagura relations --dot)"
# Labels and risk come with their reasons, and the tables can be asked for them.
is_assessed() { yagura endpoint "$id" | matches "^Risk [1-9][0-9]* of 100"; }
wait_until 15 is_assessed
yagura endpoint "$id" | matches "internal  *all its clients have private addresses" ||
	fail "no label: $(yagura endpoint "$id" | head -40)"
yagura endpoints --label upstream --json | jq -e -s 'map(.template) | any(startswith("/inner/secure"))' >/dev/null ||
	fail "no upstream: $(yagura endpoints --json | jq -c '[.template, .labels]')"
(($(yagura status --json | jq .known.risk) > 0)) || fail "the whole has no risk"
# A hop that keeps the name of the host is of the same endpoint, and no request of its own.
linked=$(counter hop.linked)
peer curl -sk --http1.1 --interface 10.77.0.3 -o /dev/null "https://$GATEWAY:8443/same?n=[1-20]"
is_counted_once() {
	(($(counter hop.linked) == linked + 20)) &&
		[[ $(api 'endpoints?limit=1000' | jq -c '[.items[] | select(.template == "/same") |
			.requests, .status]') == '[20,{"200":20}]' ]]
}
wait_until 15 is_counted_once
# Those that asked whether it is ready are upstream requests too.
said=$(api status | jq -r '.counters.hop | "\(.linked) of \(.upstream)"')
echo "PASS: $said upstream requests linked, $(pairs | wc -l) pairs looked at, 0 wrong"
