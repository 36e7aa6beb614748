#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# TLS stacks that are no libssl of Debian's: OpenSSL linked into a program that keeps its symbols,
# BoringSSL, NSS. Every request is seen once, with the right addresses.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib_capture.sh"
need curl gcc selfserv pk12util certutil

REQUESTS=10
BORING=$(gcc -print-multiarch)/android

make_sandbox
cat >"$WORK/server.c" <<-'C'
	#include <arpa/inet.h>
	#include <openssl/ssl.h>
	#include <stdlib.h>
	#include <string.h>
	#include <unistd.h>

	static void serve(SSL *ssl)
	{
		static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";
		char request[4096];

		if (SSL_accept(ssl) <= 0)
			return;
		while (SSL_read(ssl, request, sizeof(request)) > 0)
			SSL_write(ssl, answer, sizeof(answer) - 1);
		SSL_shutdown(ssl);
	}

	int main(int argc, char **argv)
	{
		struct sockaddr_in addr = { .sin_family = AF_INET };
		SSL_CTX *context = SSL_CTX_new(TLS_method());
		int one = 1, fd = socket(AF_INET, SOCK_STREAM, 0);

		if (argc != 4 || SSL_CTX_use_certificate_file(context, argv[2], SSL_FILETYPE_PEM) != 1 ||
		    SSL_CTX_use_PrivateKey_file(context, argv[3], SSL_FILETYPE_PEM) != 1)
			return 1;
		addr.sin_port = htons(atoi(argv[1]));
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
		if (bind(fd, (void *)&addr, sizeof(addr)) || listen(fd, 16))
			return 1;
		for (;;) {
			int client = accept(fd, NULL, NULL);
			SSL *ssl = SSL_new(context);

			SSL_set_fd(ssl, client);
			serve(ssl);
			SSL_free(ssl);
			close(client);
		}
	}
C

start_static() {
	gcc -static -o "$WORK/static" "$WORK/server.c" -lssl -lcrypto 2>"$WORK/gcc.log" ||
		skip "no static OpenSSL: run tools/setup"
	"$WORK/static" 8443 "$CERT" "$KEY" &
	SERVER_PID=$!
}

# A library of our own, for the reason given at make_libraries().
start_boringssl() {
	[[ -e /usr/lib/$BORING/libssl.so.0 ]] || skip "no BoringSSL: run tools/setup"
	mkdir -p "$WORK/boring"
	cp "/usr/lib/$BORING"/lib{ssl,crypto}.so.0 "$WORK/boring/"
	gcc -I/usr/include/android -o "$WORK/boringssl" "$WORK/server.c" \
		"$WORK/boring/libssl.so.0" "$WORK/boring/libcrypto.so.0" -Wl,-rpath,"$WORK/boring"
	"$WORK/boringssl" 8443 "$CERT" "$KEY" &
	SERVER_PID=$!
}

start_nss() {
	mkdir -p "$WORK/nss"
	openssl pkcs12 -export -in "$CERT" -inkey "$KEY" -name api -passout pass: -out "$WORK/nss/api.p12"
	certutil -N -d "sql:$WORK/nss" --empty-password
	pk12util -i "$WORK/nss/api.p12" -d "sql:$WORK/nss" -W "" >/dev/null
	selfserv -e api -p 8443 -d "sql:$WORK/nss" -t 4 >"$WORK/nss/log" 2>&1 &
	SERVER_PID=$!
}

# stack NAME FILE ANSWER: what its server is asked is seen, and what it answers.
stack() {
	local missing
	"start_$1"
	wait_until 10 is_listening 8443
	start_probe -i veth0
	wait_until 20 attached "$2"
	ask $REQUESTS "https://$GATEWAY:8443"
	wait_until 20 eval "((\$(seen read 'GET /from') >= ASKERS * REQUESTS))"
	stop_probe
	missing=$(unseen read $REQUESTS 8443)
	[[ -z $missing ]] || fail "$1: $missing"
	(($(seen write "$3") == ASKERS * REQUESTS)) || fail "$1: answers: $(seen write "$3")"
	! grep -E '^count tls\.lost_.* [1-9]' "$PROBE_LOG" || fail "$1: losses"
	kill "$SERVER_PID"
	wait "$SERVER_PID" || true
	echo "$1: $((ASKERS * REQUESTS)) requests"
}

stack static "$WORK/static" 'HTTP/1.1 200'
stack boringssl "$WORK/boring/libssl" 'HTTP/1.1 200'
stack nss libnspr4 'HTTP/1.0 200'
echo "PASS: 3 stacks"
