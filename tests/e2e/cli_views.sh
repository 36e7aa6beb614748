#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What operators look at, of a gateway that rewrites hosts and paths:
#
#	203.0.113.9 ── https api.bank.test/retail/v1/… ──► nginx :8443 ── http 127.0.0.1:7002 /v1/…
#
# The inside endpoint is shown under its outside address, by the hop that was seen and not by what
# an edge that nobody called trusted writes into its requests; an API key nobody configured names callers and the document; and
# every view fits 80 and 132 columns in both languages, whatever names the wire brought.
. "$(dirname "$0")/lib.sh"
need curl jq python3

VIEWS=("status" "top --once" "endpoints" "endpoints --outside" "callers" "findings" "posture" "risk"
	"relations" "third-parties" "blocks" "rules")
on_fail() {
	yagura endpoints --outside || true
	daemon_log 5
}

make_sandbox
mkdir -p "$WORK/nginx" "$WORK/views"
cat >"$WORK/nginx/location.conf" <<-CONF
	server_name api.bank.test;
	proxy_http_version 1.1;
	proxy_set_header Connection "";
	proxy_set_header Host accounts.internal;
	proxy_set_header X-Forwarded-For \$remote_addr;
	proxy_set_header X-Forwarded-Host \$host;
	proxy_set_header X-Forwarded-Proto \$scheme;
	location /retail/ { proxy_pass http://127.0.0.1:7002/; }
CONF
# Names that would move a cursor or turn a line, and long ones.
cat >"$WORK/upstream.py" <<-'PY'
	import http.server, json
	class Handler(http.server.BaseHTTPRequestHandler):
	    protocol_version = "HTTP/1.1"
	    wbufsize = 65536
	    def do_GET(self):
	        self.rfile.read(int(self.headers.get("Content-Length") or 0))
	        body = json.dumps({"id": 41, "email": "taro@example.jp", "\u001b[2J\u202eevil": 1,
	            "\u53e3\u5ea7\u6b8b\u9ad8" * 12: "x", "n" * 200: 2}).encode()
	        self.send_response(200)
	        self.send_header("Content-Type", "application/json")
	        self.send_header("Content-Length", str(len(body)))
	        self.end_headers()
	        self.wfile.write(body)
	    do_POST = do_GET
	    def log_message(self, *arguments):
	        pass
	http.server.ThreadingHTTPServer(("127.0.0.1", 7002), Handler).serve_forever()
PY
python3 "$WORK/upstream.py" &
wait_until 10 is_listening 7002
start_nginx
# Clients of the Internet.
peer ip addr add 203.0.113.9/32 dev veth1
peer ip addr add 203.0.113.10/32 dev veth1
ip route add 203.0.113.0/24 dev veth0
start_yagurad --mode observe --interface lo

ask() {
	peer curl -sk --http1.1 --max-time 5 --connect-to "::$GATEWAY:8443" "$@" >/dev/null
}
is_read() {
	ask --interface 203.0.113.9 https://api.bank.test/retail/v1/ready &&
		(($(counter tls.request) > 0 && $(counter hop.upstream) > 0))
}
wait_until 20 is_read
base=https://api.bank.test/retail
for client in 9 10; do
	ask --interface 203.0.113.$client -H "X-Acme-Api-Key: 7f3c9a4e1b2d8c6f$client" \
		-H 'X-Idempotency-Key: 0b9a4ed8-6c1f-4f6e-9c1e-6b1d54c3a2f7' \
		"$base/v1/accounts/[100-109]" "$base/v1/%E5%8F%A3%E5%BA%A7%E4%B8%80%E8%A6%A7/current"
	ask --interface 203.0.113.$client \
		"$base/v1/a-path-that-is-so-long/that-no-terminal-of-eighty-columns/holds-it/at-all?x=[1-3]" \
		"$base/v1/%1b%5b31m/%e2%80%aered"
done

# The inside endpoint, under the address that those outside use.
inside() {
	api 'endpoints?limit=1000' | jq -c '.items[] | select(.service == "accounts.internal" and
		.template == "/v1/accounts/{id}")'
}
is_reached() {
	[[ $(inside | jq -c '[.exposure, (.reached[0] | .service, .base_path, .tls, .external),
		.outside, .servers, .auth]') == '["relayed","api.bank.test","/retail",true,true,[],["127.0.0.1:7002"],["api-key"]]' ]]
}
wait_until 20 is_reached
id=$(inside | jq -r .id)
yagura endpoint "$id" >"$WORK/views/endpoint"
grep -q '^https://api.bank.test/retail/v1/accounts/{id} */retail *through [0-9a-f]\{8\}$' "$WORK/views/endpoint" ||
	fail "no outside address: $(cat "$WORK/views/endpoint")"
for filter in "--host api.bank.test" "--host accounts.internal" "--search ACCOUNTS.INTERNAL" "--auth api-key" \
	"--exposure relayed"; do
	# shellcheck disable=SC2086 # an option and its value
	yagura endpoints $filter --json | jq -e -s --arg id "$id" 'any(.id == $id)' >/dev/null ||
		fail "not found by $filter"
done
yagura endpoints --host api.bank --json | jq -e -s 'length == 0' >/dev/null || fail "half a host is none"

# Callers by their keys, and the name of the key in the document; a name of requests is none.
has_callers() {
	(($(yagura callers --json | jq -r 'select(.caller | startswith("api-key:")) | .caller' |
		sort -u | wc -l) == 2))
}
wait_until 15 has_callers
has_scheme() {
	[[ $(yagura openapi export --service accounts.internal --json |
		jq -c '[.components.securitySchemes[] | .type, .in, .name]') == '["apiKey","header","x-acme-api-key"]' ]]
}
wait_until 15 has_scheme

# width FILE COLUMNS: no line is wider, and nothing but text, on what East Asian terminals count.
width() {
	python3 - "$@" <<-'PY' || fail "$1 does not fit $2 columns"
		import sys, unicodedata
		name, columns = sys.argv[1], int(sys.argv[2])
		bad = 0
		for line in open(name, encoding="utf-8").read().split("\n"):
		    wide = sum(0 if unicodedata.combining(c) else
		               2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)
		    if wide > columns or any(unicodedata.category(c) in ("Cc", "Cf") for c in line):
		        print(wide, repr(line), file=sys.stderr)
		        bad = 1
		sys.exit(bad)
	PY
}
# As a terminal of so many columns shows it.
show() {
	local columns=$1 lang=$2
	shift 2
	script -qec "stty cols $columns rows 40; LC_ALL=$lang NO_COLOR=1 $BUILD/yagura $*" \
		/dev/null </dev/null | tr -d '\r'
}
need script
for view in "${VIEWS[@]}" "endpoint $id"; do
	for columns in 80 132; do
		for locale in C.UTF-8 ja_JP.UTF-8; do
			file="$WORK/views/${view// /_}.$columns.$locale"
			# shellcheck disable=SC2086 # words of a command
			show $columns "$locale" $view >"$file"
			[[ -s $file ]] || fail "nothing: $view"
			width "$file" "$columns"
		done
	done
	! cmp -s "$WORK/views/${view// /_}.80.C.UTF-8" "$WORK/views/${view// /_}.80.ja_JP.UTF-8" ||
		fail "not Japanese: $view"
done
yagura testcases --lang ja --out "$WORK/checks.sh" | matches 検査 || fail "testcases are not Japanese"
sh -n "$WORK/checks.sh" || fail "the Japanese script is no script"
grep -q -- "-H 'x-acme-api-key: '" "$WORK/checks.sh" || fail "the checks do not know the key"
echo "PASS: inside endpoints under outside addresses; ${#VIEWS[@]} views in two languages and widths"
