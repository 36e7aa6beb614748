#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# OpenSSL as other Debian releases have it: 1.1.1, 3.5 and the newest. Each release's own nginx, and
# s_server, whose calls go through a BIO and not through SSL_read; every request is seen once, with
# the right addresses. The packages come from the mirror; without one this is a skip.
# shellcheck source=tests/e2e/lib_releases.sh
. "$(dirname "$0")/lib_releases.sh"
RELEASES=(bullseye trixie sid)
releases_fetch "${RELEASES[@]}"
# shellcheck source=tests/e2e/lib.sh
. "$HERE/lib.sh"
. "$HERE/lib_capture.sh"
need curl

REQUESTS=10

make_sandbox
mkdir "$WORK/www"
for ((i = 2; i < ASKERS + 2; i++)); do
	echo "{}" >"$WORK/www/from-$i"
done
for name in "${RELEASES[@]}"; do
	nginx() { release "$name" usr/sbin/nginx "$@"; }
	start_nginx
	(cd "$WORK/www" && release "$name" usr/bin/openssl s_server -quiet -WWW -accept 9443 \
		-cert "$CERT" -key "$KEY") >"$WORK/s_server.log" 2>&1 &
	BIO_PID=$!
	wait_until 10 is_listening 9443
	start_probe -i veth0
	wait_until 20 attached "releases/$name/.*libssl"
	ask $REQUESTS "https://$GATEWAY:8443" "https://$GATEWAY:9443"
	wait_until 20 eval "((\$(seen read 'GET /from') >= 2 * ASKERS * REQUESTS))"
	stop_probe
	missing=$(unseen read $REQUESTS 8443 && unseen read $REQUESTS 9443)
	[[ -z $missing ]] || fail "$name: $missing"
	(($(seen write 'HTTP/1.1 200') == ASKERS * REQUESTS)) || fail "$name: answers of nginx"
	(($(seen write 'HTTP/1.0 200') == ASKERS * REQUESTS)) || fail "$name: answers of s_server"
	! grep -E '^count tls\.lost_.* [1-9]' "$PROBE_LOG" || fail "$name: losses"
	version=$(release "$name" usr/bin/openssl version)
	echo "$version: $((2 * ASKERS * REQUESTS)) requests"
	kill "$SERVER_PID" "$BIO_PID"
	wait "$SERVER_PID" "$BIO_PID" || true
done
echo "PASS: ${#RELEASES[@]} releases"
