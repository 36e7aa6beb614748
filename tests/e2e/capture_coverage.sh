#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# TLS that nobody reads is counted, in connections and bytes, and said to be of the process that
# carries it: a stripped program with a TLS of its own as a server and as a client, and connections
# of a process outside the scope. What nginx serves is read, and its bare handshakes are no gap.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"
need gcc strip openssl curl python3

BODY=20000 # bytes of an answer
REQUESTS=5

make_sandbox
cat >"$WORK/own.c" <<-'C'
	#define _GNU_SOURCE
	#include <arpa/inet.h>
	#include <openssl/ssl.h>
	#include <pthread.h>
	#include <stdlib.h>
	#include <string.h>
	#include <unistd.h>

	static char buffer[64000];

	static void serve(SSL_CTX *context, int fd, int len)
	{
		static const char head[] = "HTTP/1.0 200 OK\r\n\r\n";
		SSL *ssl = SSL_new(context);

		SSL_set_fd(ssl, fd);
		if (SSL_accept(ssl) > 0 && SSL_read(ssl, buffer, sizeof(buffer)) > 0) {
			SSL_write(ssl, head, sizeof(head) - 1);
			memset(buffer, 'x', sizeof(buffer));
			SSL_write(ssl, buffer, len);
			SSL_shutdown(ssl);
		}
		SSL_free(ssl);
		close(fd);
	}

	static void ask(SSL_CTX *context, int fd)
	{
		static const char request[] = "GET /out HTTP/1.0\r\n\r\n";
		SSL *ssl = SSL_new(context);

		SSL_set_fd(ssl, fd);
		if (SSL_connect(ssl) <= 0 || SSL_write(ssl, request, sizeof(request) - 1) <= 0)
			exit(1);
		while (SSL_read(ssl, buffer, sizeof(buffer)) > 0)
			;
	}

	static SSL_CTX *context;
	static int listener, len;

	/* Threads have names of their own; a gap is the process's. */
	static void *work(void *arg)
	{
		pthread_setname_np(pthread_self(), "worker");
		for (;;)
			serve(context, accept(listener, NULL, NULL), len);
		return arg;
	}

	/* server PORT CERT KEY BYTES | client ADDRESS PORT [stay] */
	int main(int argc, char **argv)
	{
		struct sockaddr_in addr = { .sin_family = AF_INET };
		int one = 1, fd = socket(AF_INET, SOCK_STREAM, 0);
		pthread_t thread;

		if (strcmp(argv[1], "client") == 0) {
			addr.sin_port = htons(atoi(argv[3]));
			inet_pton(AF_INET, argv[2], &addr.sin_addr);
			if (connect(fd, (void *)&addr, sizeof(addr)))
				return 1;
			ask(SSL_CTX_new(TLS_client_method()), fd);
			return argc > 4 && pause();
		}
		context = SSL_CTX_new(TLS_server_method());
		SSL_CTX_use_certificate_file(context, argv[3], SSL_FILETYPE_PEM);
		SSL_CTX_use_PrivateKey_file(context, argv[4], SSL_FILETYPE_PEM);
		addr.sin_port = htons(atoi(argv[2]));
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
		if (bind(fd, (void *)&addr, sizeof(addr)) || listen(fd, 16))
			return 1;
		listener = fd;
		len = atoi(argv[5]);
		return pthread_create(&thread, NULL, work, NULL) || pthread_join(thread, NULL);
	}
C
gcc -static -o "$WORK/own" "$WORK/own.c" -lssl -lcrypto 2>"$WORK/gcc.log" ||
	skip "no static OpenSSL: run tools/setup"
strip "$WORK/own"
cp "$WORK/own" "$WORK/caller"
start_nginx
start_yagurad --mode observe
"$WORK/own" server 9443 "$CERT" "$KEY" "$BODY" &
SERVER=$!
wait_until 10 is_listening 9443

gaps() { status '[.libraries[] | select(.state == "gap")]' | jq -c "$1"; }
sum() { status ".counters.coverage.$1 // 0"; }
gap_of() { gaps "[.[] | select(.comm == \"$1\")][0] // {} | .$2 // 0"; }
has_gap() { (($(gap_of "$1" connections) >= $2)); }
has_sum() { (($(sum "$1") >= $2)); }

# 1. A server that cannot be read, and one that can.
for ((i = 1; i <= REQUESTS; i++)); do
	peer curl -sk -o /dev/null "https://$GATEWAY:9443/own-$i" || fail "no answer of the own server"
	peer curl -sk -o /dev/null "https://$GATEWAY:8443/nginx-$i" || fail "no answer of nginx"
done
is_explained() { [[ $(gap_of own kind) == '"openssl"' ]]; }
wait_until 10 has_gap own "$REQUESTS"
wait_until 10 is_explained
wait_until 10 has_sum read "$REQUESTS"
(($(gap_of own connections) == REQUESTS)) || fail "$(gaps .)"
bytes=$(gap_of own bytes)
((bytes > REQUESTS * BODY && bytes < REQUESTS * (BODY + 8000))) || fail "own server: $bytes bytes"
[[ $(gap_of own pid) == "$SERVER" ]] || fail "$(gaps .)"
(($(sum read) == REQUESTS && $(sum gap) == REQUESTS && $(sum gap_bytes) == bytes)) ||
	fail "sums: $(status .counters.coverage)"

# 2. Handshakes without a request at a server that is read.
for i in 1 2 3; do
	peer openssl s_client -connect "$GATEWAY:8443" </dev/null >/dev/null 2>&1 || true
done
wait_until 10 has_sum idle 3
(($(sum gap) == REQUESTS)) || fail "a bare handshake is a gap: $(status .counters.coverage)"

# 3. A client that cannot be read and that ends at once. Its server is outside the scope.
cat >"$WORK/third.py" <<-'PY'
	import http.server, ssl, sys
	server = http.server.HTTPServer(("", 7443), http.server.BaseHTTPRequestHandler)
	context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
	context.load_cert_chain(sys.argv[1], sys.argv[2])
	server.socket = context.wrap_socket(server.socket, server_side=True)
	server.serve_forever()
PY
peer python3 "$WORK/third.py" "$CERT" "$KEY" >/dev/null 2>&1 &
wait_until 10 peer curl -sk -o /dev/null https://127.0.0.1:7443/
for i in 1 2; do
	"$WORK/caller" client 10.77.0.2 7443 || fail "the client was not answered"
done
wait_until 10 has_gap caller 2

# Whose it is shows while it is open, too.
cp "$WORK/caller" "$WORK/stayer"
"$WORK/stayer" client 10.77.0.2 7443 stay &
wait_until 10 has_gap stayer 1
[[ $(gap_of stayer pid) == "$!" ]] || fail "$(gaps .)"

# 4. Nobody of the scope: forwarded to, or by, somebody else.
ip netns add other
ip link add dev veth2 type veth peer name veth3 netns other
ip addr add 10.78.0.1/24 dev veth2
ip link set dev veth2 up
ip netns exec other ip addr add 10.78.0.2/24 dev veth3
ip netns exec other ip link set dev veth3 up
ip netns exec other ip route add default via 10.78.0.1
peer ip route add 10.78.0.0/24 via "$GATEWAY"
sysctl -qw net.ipv4.ip_forward=1
wait_until 10 ip netns exec other curl -sk -o /dev/null https://10.77.0.2:7443/
unknown() { (($(gaps '[.[] | select(.path == "(unknown process)")][0].connections // 0') >= 1)); }
wait_until 10 unknown

curl -sf --unix-socket "$RUN/yagura.sock" http://yagura/metrics |
	grep "^yagura_tls_unread_bytes{process=\"own\",pid=\"$SERVER\".*stack=\"openssl\"} $bytes\$" \
		>/dev/null ||
	fail "no metric of the gap"
yagura status | tr -s ' \n' ' ' | grep "not read: $REQUESTS connections" >/dev/null ||
	fail "yagura status: $(yagura status)"
echo "PASS: $bytes bytes of $REQUESTS connections not read, and whose"
