#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Whose template an endpoint has: an operator's rule before the document's path before what was
# learned. What was learned before either falls under it after a restart, with its requests, once;
# without them again it keeps the name it had. A rule that is none stops the daemon with a reason.
. "$(dirname "$0")/lib.sh"
need curl jq nginx

make_sandbox
mkdir -p "$WORK/nginx"
cat >"$WORK/nginx/location.conf" <<-'CONF'
	location /v1/ {
		default_type application/json;
		return 200 '{"ok":true}\n';
	}
CONF
cat >"$WORK/api.yaml" <<-'SPEC'
	openapi: 3.1.0
	info: {title: shop, version: "1"}
	servers: [{url: "https://shop.test/v1"}]
	paths:
	  /users/{userId}:
	    get:
	      parameters: [{name: userId, in: path, required: true, schema: {type: string}}]
	      responses: {"200": {description: ok}}
	  /reports/{period}:
	    get:
	      parameters: [{name: period, in: path, required: true, schema: {type: string}}]
	      responses: {"200": {description: ok}}
SPEC
PATHS=(users/42 users/43 reports/daily reports/weekly rooms/blue rooms/red health)
start_nginx

ask_all() {
	local path
	for path in "${PATHS[@]}"; do
		peer curl -sk --http1.1 -o /dev/null -H "Host: shop.test" "https://$GATEWAY:8443/v1/$path"
	done
}
templates() { # all of them, in order: one that is there twice stands there twice
	yagura endpoints --service shop.test --json | jq -r .template | sort | xargs
}
# Each asks first, so that rows which the restart brought meet traffic. The wanted list: $1.
read_as() { ask_all && [[ $(templates) == "$1" ]]; }
on_fail() { templates; yagura endpoints --json | jq -c '[.template,.requests]'; daemon_log 5; }
restart() {
	stop_yagurad
	start_yagurad --mode observe "$@"
}
# Template $1 kept the requests of before: those of now are told within a second.
goes_on() { (($(requests_of "$1") > before)); }
requests_of() { yagura endpoints --json | jq --arg t "$1" 'select(.template == $t) | .requests'; }

start_yagurad --mode observe
wait_until 20 read_as "/v1/health /v1/reports/daily /v1/reports/weekly /v1/rooms/blue /v1/rooms/red /v1/users/{id}"
before=$(requests_of "/v1/users/{id}")

restart --openapi "$WORK/api.yaml"
wait_until 20 read_as "/v1/health /v1/reports/{period} /v1/rooms/blue /v1/rooms/red /v1/users/{userId}"
comes_true 5 goes_on "/v1/users/{userId}" || fail "requests before the document are lost"

restart --openapi "$WORK/api.yaml" --template "shop.test /v1/users/{who}" --template "/v1/rooms/{room}"
wait_until 20 read_as "/v1/health /v1/reports/{period} /v1/rooms/{room} /v1/users/{who}"
comes_true 5 goes_on "/v1/users/{who}" || fail "requests before the rule are lost"
id=$(yagura endpoints --json | jq -r 'select(.template == "/v1/rooms/{room}") | .id')

restart --openapi "$WORK/api.yaml" --template "shop.test /v1/users/{who}" --template "/v1/rooms/{room}"
wait_until 20 read_as "/v1/health /v1/reports/{period} /v1/rooms/{room} /v1/users/{who}"
[[ $(yagura endpoint "$id" --json | jq -r .template) == "/v1/rooms/{room}" ]] ||
	fail "an id is another one after a restart"
stop_yagurad

echo "template: [/v1/ok, '/v1/{}']" >"$WORK/bad.yaml"
if "$YG_BUILD/yagurad" --config "$WORK/bad.yaml" 2>"$WORK/error.txt"; then
	fail "a template without a name was taken"
fi
grep -q "bad.yaml:1: .*template: '/v1/{}': braces hold a name" "$WORK/error.txt" ||
	fail "the error does not say what and where: $(cat "$WORK/error.txt")"
echo "PASS: rule before document before traffic, across restarts; a wrong rule is named"
