#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A shop that asks services of others, by python, node and curl: each of its third parties has one
# fault and is found with it; the one that has none is not. Who is asked for what is a relation.
#
#	client ── http ──► shop :7000 ──┬─ https, TLS 1.2 ─► 203.0.113.10 (peer), by name
#					└─ http ───────────► 203.0.113.10:80
. "$(dirname "$0")/lib.sh"
need curl jq python3 node openssl

PARTY=203.0.113.10
HOSTS=(good clear pay crm moved odd issuer old shops)

on_fail() {
	tail -n 3 "$WORK"/*.log 2>/dev/null
	api third-parties | jq -c '.items[]' 2>/dev/null
	findings
	api status | jq -c '.counters | .party, .hop, .hello' 2>/dev/null
	daemon_log 5
}
# authority NAME: a certificate of an issuer of that name, for all the hosts.
authority() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/O=$1/CN=$1" \
		-keyout "$WORK/$1.ca.key" -out "$WORK/$1.ca.pem" 2>/dev/null
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=partner \
		-keyout "$WORK/$1.key" -out "$WORK/$1.csr" 2>/dev/null
	openssl x509 -req -in "$WORK/$1.csr" -CA "$WORK/$1.ca.pem" -CAkey "$WORK/$1.ca.key" -days 2 \
		-extfile <(echo 'subjectAltName=DNS:*.example.net') -out "$WORK/$1.pem" 2>/dev/null
	cat "$WORK/$1.ca.pem" >>"$WORK/authorities.pem"
}
findings() {
	api 'findings?kind=posture&limit=1000' |
		jq -r '.items[] | "\(.service | split(".")[0]) \(.rule) \(.severity)"' | sort
}
# ask HOST TIMES: through the shop, each with its own card, person and request id.
ask() {
	local i
	for ((i = 0; i < $2; i++)); do
		curl -sf -o /dev/null "http://127.0.0.1:7000/$1?n=$((++asked))"
	done
}
asked=0

make_sandbox
authority FirstTrust
authority SecondTrust
ip route add "$PARTY/32" via 10.77.0.2
peer ip addr add "$PARTY/32" dev veth1
cp /etc/hosts "$WORK/hosts"
printf "$PARTY %s.example.net\n" "${HOSTS[@]}" >>"$WORK/hosts"
mount --bind "$WORK/hosts" /etc/hosts

cat >"$WORK/partner.py" <<-'PY'
	"""The third parties, told apart by the name that the client asks for."""
	import http.server, pathlib, ssl, sys, threading
	work = sys.argv[1]
	class Handler(http.server.BaseHTTPRequestHandler):
	    protocol_version = "HTTP/1.1"
	    wbufsize = 65536
	    def answer(self):
	        self.rfile.read(int(self.headers.get("Content-Length") or 0))
	        host = self.headers["Host"].split(".")[0]
	        kind, data = "application/json", b'{"ok":true}'
	        moved = {"moved": "https://elsewhere.example.org/v1", "good": "/v1/again"}.get(host)
	        if host == "shops":
	            second = "<script>x()</script>" if pathlib.Path(work, "changed").exists() else "Best"
	            data = b'{"shops":[{"name":"Acme"},{"name":"%s"}]}' % second.encode()
	        if host == "odd":
	            kind, data = "text/html", b"<html>We are closed</html>"
	        self.send_response(302 if moved and self.path.endswith("/moved") else 200)
	        if moved:
	            self.send_header("Location", moved)
	        self.send_header("Content-Type", kind)
	        self.send_header("Content-Length", str(len(data)))
	        self.end_headers()
	        self.wfile.write(data)
	    do_GET = do_POST = answer
	    def log_message(self, *arguments):
	        pass
	def context(name):
	    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
	    made.minimum_version, made.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_2
	    made.set_ciphers("DEFAULT:@SECLEVEL=0")
	    made.load_cert_chain(f"{work}/{name}.pem", f"{work}/{name}.key")
	    return made
	contexts = {name: context(name) for name in ("FirstTrust", "SecondTrust")}
	def choose(connection, name, first):
	    if name == "issuer.example.net" and pathlib.Path(work, "changed").exists():
	        connection.context = contexts["SecondTrust"]
	contexts["FirstTrust"].sni_callback = choose
	clear = http.server.ThreadingHTTPServer(("203.0.113.10", 80), Handler)
	secure = http.server.ThreadingHTTPServer(("203.0.113.10", 443), Handler)
	secure.socket = contexts["FirstTrust"].wrap_socket(secure.socket, server_side=True,
	                                                   do_handshake_on_connect=False)
	threading.Thread(target=clear.serve_forever, daemon=True).start()
	secure.serve_forever()
PY
cat >"$WORK/shop.py" <<-'PY'
	"""The shop: /HOST asks HOST.example.net, with what is to be sent there."""
	import http.client, http.server, json, ssl, sys
	context = ssl.create_default_context(cafile=sys.argv[1])
	context.maximum_version = ssl.TLSVersion.TLSv1_2
	old = ssl.create_default_context(cafile=sys.argv[1])
	old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1
	old.set_ciphers("DEFAULT:@SECLEVEL=0")
	def card(number):
	    digits = [4, 5, 3, 9, 0, 1, 4, 8] + [int(c) for c in f"{number * 7919:07d}"]
	    total = sum(sum(divmod(2 * d, 10)) if i % 2 == 0 else d for i, d in enumerate(digits))
	    return "".join(map(str, digits)) + str(-total % 10)
	def body(host, number):
	    if host == "pay":
	        return {"amount": 100 + number, "card_number": card(number)}
	    if host == "crm":
	        return {"full_name": f"Hanako Sato{number}", "email": f"hanako{number}@mail.example.jp"}
	    return {"item": number}
	class Handler(http.server.BaseHTTPRequestHandler):
	    protocol_version, server_version, sys_version = "HTTP/1.1", "shop", ""
	    def do_GET(self):
	        host, number = self.path[1:].split("?n=")
	        name, fields = f"{host}.example.net", {"Content-Type": "application/json",
	                                               "Accept": "application/json",
	                                               "X-Request-Id": f"request-{number}"}
	        if host == "clear":
	            there = http.client.HTTPConnection(name, 80)
	            fields["Authorization"] = "Bearer key-of-the-shop"
	        else:
	            there = http.client.HTTPSConnection(name, context=old if host == "old" else context)
	        path = "/v1/moved" if host in ("moved", "good") and int(number) % 2 else "/v1/do"
	        there.request("POST", path, json.dumps(body(host, int(number))), fields)
	        status = there.getresponse().status
	        there.close()
	        self.send_response(200)
	        self.send_header("X-Request-Id", f"request-{number}")
	        self.send_header("Content-Length", "0")
	        self.end_headers()
	        assert status in (200, 302)
	    def log_message(self, *arguments):
	        pass
	http.server.ThreadingHTTPServer(("127.0.0.1", 7000), Handler).serve_forever()
PY
peer python3 "$WORK/partner.py" "$WORK" 2>"$WORK/partner.log" &
python3 "$WORK/shop.py" "$WORK/authorities.pem" 2>"$WORK/shop.log" &
wait_until 10 is_listening 7000
wait_until 10 curl -sf --cacert "$WORK/authorities.pem" https://good.example.net/v1/hello
start_yagurad --mode observe --interface lo
is_seen() { ask good 1 && (($(counter tls.request) > 0)); }
wait_until 20 is_seen

# Nothing is wrong, and enough handshakes of one issuer for another to be a change.
ask good 24
ask issuer 24
ask shops 6
curl -sf -o /dev/null -H 'Accept: application/json' --cacert "$WORK/authorities.pem" https://good.example.net/v1/curl
NODE_EXTRA_CA_CERTS=$WORK/authorities.pem node -e 'require("https").get("https://good.example.net/v1/node", (r) => r.resume())'
are_asked() {
	(($(api third-parties | jq '[.items[] | select(.host | startswith("good") or startswith("issuer")) |
		.requests] | add // 0') >= 50))
}
wait_until 20 are_asked
[[ -z $(findings) ]] || fail "found without a fault: $(findings)"

touch "$WORK/changed"
for name in clear pay crm moved odd issuer old shops; do ask "$name" 6; done
cat >"$WORK/wanted" <<-LIST
	clear third-party-cleartext high
	crm third-party-personal-data low
	issuer third-party-issuer-change medium
	moved third-party-redirect medium
	odd third-party-odd-answer medium
	old tls-old-version high
	pay third-party-sensitive-data medium
	shops third-party-injection high
LIST
are_found() { findings >"$WORK/found" && [[ $(wc -l <"$WORK/found") -ge $(wc -l <"$WORK/wanted") ]]; }
wait_until 20 are_found
diff "$WORK/wanted" "$WORK/found" || fail "other findings than faults"

# What an operator reads: hosts, issuers, what goes there, where it leads, and for which requests.
are_told() {
	yagura third-parties --json >"$WORK/lines" &&
		(($(jq -s 'map(select(.data != [])) | length' "$WORK/lines") >= 2)) &&
		(($(wc -l <"$WORK/lines") == ${#HOSTS[@]}))
}
wait_until 60 are_told
has() { jq -es "any(.[]; $1)" "$WORK/lines" >"$WORK/is" || fail "not among the third parties: $1"; }
has '.host == "pay.example.net" and (.data | index("pan")) and .clear == 0 and .tls_version == "1.2"'
has '.host == "crm.example.net" and (.data | index("email"))'
has '.host == "clear.example.net" and .clear == .requests and .tls_version == ""'
has '.host == "moved.example.net" and .redirect == "elsewhere.example.org"'
has '.host == "issuer.example.net" and (.issuers | length) == 2'
has '.host == "old.example.net" and .tls_version == "1.0"'
has '.host == "good.example.net" and (.data | length) == 0 and (.issuers | length) == 1 and .redirect == ""'
are_related() {
	yagura relations --json --kind third-party --limit 1000 |
		jq -es 'any(.[]; .from.template == "/pay" and .into.service == "pay.example.net" and (.data | index("pan")))'
}
wait_until 20 are_related

# A beginning of an id is enough, where it is one's alone.
finding=$(yagura posture --json --rule tls-old-version | jq -r .id)
yagura finding "${finding:0:10}" | matches "^id *$finding" || fail "not found by the beginning of its id"
! yagura finding "${finding:0:15}$(tr 0-9a-f 1-9a-f0 <<<"${finding:15}")" 2>"$WORK/none" || fail "another finding"
grep -q . "$WORK/none" || fail "nothing is said of an id that nobody has"

# The risk of days before is kept over a restart, of the whole, of a service and of an endpoint.
id=$(yagura endpoints --json --contains /v1/do | jq -r 'select(.service == "pay.example.net") | .id')
stop_yagurad
python3 - "$STATE/db/yagura.db" <<-'PY'
	import sqlite3, sys, time
	store, hour = sqlite3.connect(sys.argv[1]), int(time.time()) // 3600
	endpoint, = store.execute("SELECT id FROM endpoints WHERE service='pay.example.net'").fetchone()
	for days, risk in ((3, 10), (2, 90), (1, 60)):
	    for row in (0, endpoint):
	        store.execute("INSERT INTO risks VALUES (?, ?, ?)", (row, hour - 24 * days, risk))
	store.commit()
PY
start_yagurad --mode observe --interface lo
is_kept() { [[ $(yagura risk --json "$@" | jq -c '[.risk_days[:3][].risk]') == '[10,90,60]' ]]; }
is_kept || fail "the days of the whole: $(yagura risk --json | jq -c .risk_days)"
is_kept --service pay.example.net || fail "the days of a service"
yagura risk >"$WORK/risk"
yagura endpoint "$id" >"$WORK/endpoint"
for file in risk endpoint; do
	grep -q "^risk by day *▁█▅" "$WORK/$file" || fail "no trend: $(cat "$WORK/$file")"
done
[[ -z ${YG_SHOW-} ]] || for language in en ja; do
	for command in third-parties "relations --kind third-party" posture risk endpoints callers findings; do
		# shellcheck disable=SC2086 # words of a command
		yagura $command --lang $language
	done
	yagura endpoint "$(yagura endpoints --json --contains /v1/do | jq -r 'select(.service == "pay.example.net") | .id')" --lang $language
done
echo "PASS: $(wc -l <"$WORK/wanted") faults of third parties found, none where there is none; $(wc -l <"$WORK/lines") hosts"
