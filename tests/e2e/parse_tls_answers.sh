#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# What a TLS server answers, on the wire: version, cipher and protocol (ALPN) come with each
# exchange of its connection, and posture judges them, and the certificate that TLS 1.2 sends in clear.
. "$(dirname "$0")/lib.sh"
need nginx openssl curl jq

declare -A VERSION=([9011]=1.1 [9012]=1.2 [9013]=1.3)

on_fail() {
	cat "$WORK"/nginx/*.log
	api 'samples?limit=100' | jq -c '.items[] | [.server_port, .tls_version, .ja4, .sni, .alpn, .chosen_alpn]'
	api status | jq -c '.counters | [.sample, .stream] | map(with_entries(select(.key |
		test("hello|answer"))))'
	daemon_log 5
}

make_sandbox
openssl req -x509 -sha1 -newkey rsa:2048 -nodes -days 2 -subj /CN=weak.test \
	-keyout "$WORK/weak.key" -out "$WORK/weak.pem" 2>/dev/null
mkdir -p "$WORK/nginx"
{
	echo "daemon off; user root; pid $WORK/nginx/pid; error_log $WORK/nginx/error.log;"
	echo "events {} http { access_log off; default_type application/json;"
	echo "client_body_temp_path $WORK/nginx/body; proxy_temp_path $WORK/nginx/proxy;"
	echo "fastcgi_temp_path $WORK/nginx/fcgi; uwsgi_temp_path $WORK/nginx/uwsgi;"
	echo "scgi_temp_path $WORK/nginx/scgi;"
	echo "ssl_certificate $WORK/weak.pem; ssl_certificate_key $WORK/weak.key;"
	for port in "${!VERSION[@]}"; do
		echo "server { listen $port ssl; ssl_protocols TLSv${VERSION[$port]};"
		echo "ssl_ciphers AES256-SHA:@SECLEVEL=0; ssl_prefer_server_ciphers on;"
		echo "location / { return 200 '{}'; } }"
	done
	echo "}"
} >"$WORK/nginx/nginx.conf"
nginx -c "$WORK/nginx/nginx.conf" -p "$WORK/nginx" 2>"$WORK/nginx/start.log" &
for port in "${!VERSION[@]}"; do
	wait_until 10 is_listening "$port"
done
start_yagurad --mode observe

ask() {
	peer curl -sk --http1.1 --tlsv1.0 --ciphers DEFAULT@SECLEVEL=0 -o /dev/null \
		--resolve "v${VERSION[$1]}.test:$1:$GATEWAY" "https://v${VERSION[$1]}.test:$1/a?n=[1-3]"
}
shown() {
	ask "$1"
	cat "$WORK"/nginx/*.log
	api 'samples?limit=1000' | jq -e --argjson port "$1" --arg version "${VERSION[$1]}" '
		[.items[] | select(.server_port == $port and .tls_version == $version
			and .sni == "v\($version).test" and (.ja4 | startswith("t1"))
			and .alpn == ["http/1.1"] and .chosen_alpn == "http/1.1")] | length >= 3'
}
for port in "${!VERSION[@]}"; do
	wait_until 20 shown "$port"
done
# RULE VERSION: is it found, open, for that service?
found() {
	yagura posture --json | jq -se --arg rule "$1" --arg service "v$2.test" \
		'any(.[]; .rule == $rule and .service == $service)'
}
wait_until 10 found tls-old-version 1.1
wait_until 10 found tls-weak-certificate 1.2
wait_until 10 found tls-weak-cipher 1.2
for rule in tls-old-version tls-weak-certificate tls-weak-cipher; do
	! found "$rule" 1.3 >/dev/null || fail "$rule of TLS 1.3"
done
(($(counter sample.answer) >= 3)) || fail "answers: $(counter sample.answer)"
echo "PASS: $(counter sample.hello) hellos, $(counter sample.answer) answers"
