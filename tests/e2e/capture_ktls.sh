#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Kernel TLS: nginx asks for it, in both directions, over TLS 1.2 and 1.3, HTTP/1 and HTTP/2, and
# sends files by SSL_sendfile. Each line of nginx's log is one exchange with the address, port, status
# and length that nginx wrote down, of a connection too that was there before the sensor. Bytes of
# files are counted as what the kernel encrypts; on the wire there is no plaintext. Most test machines
# have no such kernel: tests/kernels runs it.
# shellcheck source=tests/e2e/lib_releases.sh
. "$(dirname "$0")/lib_releases.sh"
[[ -e /proc/net/tls_stat ]] || modprobe -q tls || {
	echo "SKIP: this kernel has no TLS (module tls)"
	exit 77
}
releases_fetch trixie # whose OpenSSL is built with it
# shellcheck source=tests/e2e/lib.sh
. "$HERE/lib.sh"
need curl jq openssl
EACH=3
FILE_LEN=100000

on_fail() {
	daemon_log 10
	cat /proc/net/tls_stat "$WORK/diff" || true
	api status | jq -c '.counters | map_values(map_values(select(. > 0)))' || true
}

# Of TLS 1.2 on 9012, of 1.3 on 9013.
start_nginx() {
	local port
	mkdir -p "$WORK/nginx" "$WORK/www"
	head -c "$FILE_LEN" /dev/zero | tr '\0' a >"$WORK/www/file.txt"
	ACCESS_LOG=$WORK/nginx/access.log
	cat >"$WORK/nginx/nginx.conf" <<-CONF
		daemon off; user root; worker_processes 1; pid $WORK/nginx/pid;
		error_log $WORK/nginx/error.log;
		events { }
		http {
			log_format yagura '\$remote_addr \$remote_port \$server_port \$status \$request_method \$uri \$body_bytes_sent';
			access_log $ACCESS_LOG yagura;
			client_body_temp_path $WORK/nginx/body; proxy_temp_path $WORK/nginx/proxy;
			fastcgi_temp_path $WORK/nginx/fcgi; uwsgi_temp_path $WORK/nginx/uwsgi;
			scgi_temp_path $WORK/nginx/scgi;
			http2 on;
			sendfile on;
			ssl_conf_command Options KTLS;
			ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256;
			ssl_certificate $CERT; ssl_certificate_key $KEY;
			$(for port in 9012 9013; do
				echo "server { listen $port ssl; ssl_protocols TLSv1.${port: -1};"
				echo "location / { default_type application/json; return 200 '{\"ok\":true}'; }"
				echo "location /upload { proxy_pass http://127.0.0.1:9080; }"
				echo "location /file { root $WORK/www; } }"
			done)
			server { listen 127.0.0.1:9080; access_log off; return 200 '{"ok":true}'; }
		}
	CONF
	release trixie usr/sbin/nginx -c "$WORK/nginx/nginx.conf" -p "$WORK/nginx" 2>"$WORK/nginx/start.log" &
	wait_until 10 is_listening 9013
}

# ask VERSION ADDRESS PORT: answers short and long over one connection, and a long request.
ask() {
	local url=https://$GATEWAY:$3 options=(-sk "--http$1" --interface "$2" --max-time 60)
	peer curl "${options[@]}" -o /dev/null "$url/json?n=[1-$EACH]" -o /dev/null \
		"$url/file.txt?n=[1-$EACH]" -o /dev/null "$url/after?n=[1-$EACH]" || fail "HTTP/$1 $3: no answer"
	peer curl "${options[@]}" -o /dev/null --data-binary "@$WORK/www/file.txt" "$url/upload" ||
		fail "HTTP/$1 $3: no answer to a body"
}

# Lines of requests to a connection that is there before the sensor.
tell() { printf 'GET %s HTTP/1.1\r\nHost: early.test\r\n\r\n' "$@" >&7; }
has_served() { (($(access_lines "$ACCESS_LOG") >= $1)); }

# Lengths in thousands: those of exchanges have the head in them.
served() { tail -n +2 "$ACCESS_LOG" | awk '{ $NF = int($NF / 1000); print }' | sort; }
seen() {
	api 'samples?limit=1000' | jq -r '.items[] | [.client, .client_port, .server_port, .status, .method,
		(.target | split("?")[0]), (.response_bytes / 1000 | floor)] | map(tostring) | join(" ")' |
		sort
}
are_same() {
	served >"$WORK/served"
	seen >"$WORK/seen"
	diff "$WORK/served" "$WORK/seen" >"$WORK/diff"
}
ktls() { awk -v row="$1" '$1 == row { print $2 }' /proc/net/tls_stat; }

make_sandbox
start_nginx
mkfifo "$WORK/early"
peer openssl s_client -quiet -connect "$GATEWAY:9013" <"$WORK/early" >"$WORK/early.out" 2>&1 &
exec 7>"$WORK/early"
tell /early
wait_until 10 has_served 1
start_yagurad --mode observe
wait_until 20 grep -q "attached to .*trixie.*libssl" "$DAEMON_LOG"
tell /file.txt /early /early
wait_until 10 has_served 4
ask 1.1 10.77.0.3 9012
ask 1.1 10.77.0.4 9013
ask 2 10.77.0.5 9012
ask 2 10.77.0.6 9013
if (($(ktls TlsTxSw) < 9 || $(ktls TlsRxSw) < 9)); then
	skip "this kernel does not encrypt for OpenSSL: $(ktls TlsTxSw) out, $(ktls TlsRxSw) in"
fi
comes_true 10 are_same || fail "served and seen differ"
(($(counter sample.request) == 0)) || fail "plaintext on the wire"
files=$(((4 * EACH + 1) * FILE_LEN))
(($(counter tls.file_byte) == files)) || fail "$(counter tls.file_byte) bytes of files of $files"
(($(counter stream.byte_gap) >= files)) || fail "$(counter stream.byte_gap) bytes missed of $files"
echo "$(served | wc -l) requests served = seen, $(counter tls.skip_file) calls of files," \
	"$(ktls TlsTxSw) + $(ktls TlsRxSw) sides encrypted by the kernel"
