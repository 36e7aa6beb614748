#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# What the daemon has learned as an OpenAPI document, and against one: the export compared with the
# traffic it came from shows nothing, whatever names its fields have; a document that the daemon was
# started with brings findings, and is understood inside the cage.
. "$(dirname "$0")/lib.sh"
need curl jq python3

say() { printf '%s\n' "$@"; }
on_fail() {
	cat "$WORK"/*.yaml "$WORK/diff" 2>/dev/null
	api endpoints | jq -c '.items[]'
	daemon_log 10
}

make_sandbox
cat >"$WORK/server.py" <<-'PY'
	import http.server, json
	class Handler(http.server.BaseHTTPRequestHandler):
	    protocol_version = "HTTP/1.1"
	    wbufsize = 65536
	    def answer(self):
	        self.rfile.read(int(self.headers.get("Content-Length") or 0))
	        data = json.dumps({"id": 7, "a.b": {"c/d": 1}, "it's \"odd\"": [True], "名前": "x"}).encode()
	        self.send_response(200)
	        self.send_header("Content-Type", "application/json")
	        self.send_header("Content-Length", str(len(data)))
	        self.end_headers()
	        self.wfile.write(data)
	    do_GET = do_POST = answer
	    def log_message(self, *arguments):
	        pass
	http.server.ThreadingHTTPServer(("127.0.0.1", 7002), Handler).serve_forever()
PY
cat >"$WORK/spec.yaml" <<-'YAML'
	openapi: 3.0.3
	servers: [{url: 'http://api.test'}]
	security: [{token: []}]
	paths:
	  /users/{userId}:
	    get: {responses: {'200': {description: any, content: {application/json: {schema: {type: object}}}}}}
	  /unused: {get: {responses: {}}}
	components: {securitySchemes: {token: {type: http, scheme: bearer}}}
YAML
echo "nothing: {" >"$WORK/broken.yaml"
python3 "$WORK/server.py" &
wait_until 10 is_listening 7002
start_yagurad --mode observe --interface lo --openapi "$WORK/spec.yaml" --openapi "$WORK/broken.yaml"
is_refused() { grep -q "openapi: '$WORK/broken.yaml': not an OpenAPI document" "$DAEMON_LOG"; }
wait_until 5 is_refused

call() { curl -sf -o /dev/null -H 'Host: api.test' "$@"; }
for i in 1 2 3 4 5 6; do
	call "http://127.0.0.1:7002/users/$i?verbose=$i"
	call -H 'Authorization: Bearer secret-token-123' -H 'Content-Type: application/json' \
		-d "{\"item\": {\"sku.x\": \"A$i\", \"it's\": [$i], \"a\\\\b\": 1}}" "http://127.0.0.1:7002/orders"
done

is_exported() {
	yagura openapi export --format json >"$WORK/export.json" &&
		jq -e '.paths["/users/{userId}"].get and .paths["/orders"].post' "$WORK/export.json"
}
wait_until 15 is_exported
yagura openapi export >"$WORK/export.yaml"
for format in json yaml; do
	yagura openapi diff "$WORK/export.$format" --fail-on info >"$WORK/diff" ||
		fail "the $format export differs from the traffic it came from"
done

code=0
yagura openapi diff "$WORK/spec.yaml" --json --fail-on high >"$WORK/diff" || code=$?
[[ $code == 3 ]] || fail "--fail-on high: exit $code"
say "$(jq -r '[.kind, .endpoint, .place // ""] | join(" ")' "$WORK/diff")" >"$WORK/kinds"
for line in "shadow POST /orders " "orphan GET /unused " "auth-mismatch GET /users/{userId} " \
	"undocumented-parameter GET /users/{userId} query verbose"; do
	grep -qxF "$line" "$WORK/kinds" || fail "diff does not say '$line'"
done
! yagura openapi diff "$WORK/broken.yaml" 2>"$WORK/error" || fail "a broken document was compared"
grep -q "not an OpenAPI document" "$WORK/error" || fail "$(<"$WORK/error")"

has_finding() { api "findings?rule=$1" | jq -e '.items | length > 0'; }
for rule in shadow-endpoint spec-auth-mismatch undocumented-parameter; do
	wait_until 5 has_finding "$rule"
done
id=$(api endpoints | jq -r '.items[] | select(.template == "/orders") | .id')
yagura endpoint "$id" >"$WORK/endpoint"
grep -Eq "^ *body +\\$.item\['sku.x'\] +string .*(required|optional)" "$WORK/endpoint" ||
	fail "no parameters: $(<"$WORK/endpoint")"
[[ -z $(awk 'length > 80' "$WORK/endpoint") ]] || fail "wider than 80 columns"
api "endpoints/$id" | jq -e '.response_fields | map(.name) | index("$['\''a.b'\''][\u0027c/d\u0027]")' >/dev/null ||
	fail "no fields in JSON"
