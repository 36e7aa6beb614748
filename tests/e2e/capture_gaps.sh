#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# A server whose TLS cannot be read is a line of `yagura status`, while it runs: process, binary,
# reason. A program with the same TLS that does not listen is none, and nginx is none.
. "$(dirname "$0")/lib.sh"
need gcc strip openssl

make_sandbox
cat >"$WORK/server.c" <<-'C'
	#include <arpa/inet.h>
	#include <openssl/ssl.h>
	#include <unistd.h>

	int main(int argc, char **argv)
	{
		struct sockaddr_in addr = { .sin_family = AF_INET, .sin_port = htons(9443) };
		SSL *ssl = SSL_new(SSL_CTX_new(TLS_server_method()));
		int fd = socket(AF_INET, SOCK_STREAM, 0);

		(void)argv;
		if (argc > 1 && (bind(fd, (void *)&addr, sizeof(addr)) || listen(fd, 1)))
			return 1;
		for (;;)
			if (pause() && SSL_read(ssl, &addr, 1) > 0)
				SSL_write(ssl, &addr, 1);
	}
C
gcc -static -o "$WORK/stripped" "$WORK/server.c" -lssl -lcrypto 2>"$WORK/gcc.log" ||
	skip "no static OpenSSL: run tools/setup"
strip "$WORK/stripped"
cp "$WORK/stripped" "$WORK/deaf"
start_nginx
start_yagurad --mode observe

gaps() { status '[.libraries[] | select(.state == "gap")]' | jq -c "$1"; }
has_gap() { [[ $(gaps "map(select(.pid == $1)) | length") == 1 ]]; }
has_none() { [[ $(gaps length) == 0 ]]; }

"$WORK/deaf" &
DEAF=$!
"$WORK/stripped" listen &
SERVER=$!
wait_until 30 has_gap $SERVER
[[ $(gaps length) == 1 ]] || fail "more gaps than one: $(gaps 'map(.path)')"
[[ $(gaps ".[0] | [.kind, .comm, .port, (.path | endswith(\"stripped\"))] | map(tostring) | join(\" \")") \
	== '"openssl stripped 9443 true"' ]] || fail "$(gaps .)"
yagura status | tr -s ' \n' ' ' |
	grep -q "process $SERVER, port 9443: OpenSSL is linked in and its symbols are stripped" ||
	fail "yagura status does not say it: $(yagura status)"
kill $SERVER $DEAF
wait_until 60 has_none
echo "PASS: one gap, while it listens"
