#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# OpenSSL as other Debian releases have it: 1.1.1, 3.5 and the newest. Each release's own nginx, and
# s_server, whose calls go through a BIO and not through SSL_read; every request is seen once, with
# the right addresses. The packages come from the mirror; without one this is a skip.
# shellcheck source-path=SCRIPTDIR
HERE=$(dirname "$(realpath "$0")")
RELEASES=(bullseye trixie sid)
FOLDER=${YG_BUILD:-$HERE/../../build}/releases

# fetch SUITE: what nginx and openssl of it need, with a C library of their own.
fetch() {
	local folder=$FOLDER/$1 packages=(openssl zlib1g libc6 libcrypt1)
	case $1 in
	bullseye) packages+=(nginx-light libssl1.1 libpcre3) ;;
	*) packages+=(nginx libssl3t64 libpcre2-8-0 libzstd1) ;;
	esac
	[[ ! -e $folder/usr/sbin/nginx ]] || return 0
	apt_root "$1" "$folder.apt" && apt_unpack "$folder.new" "${packages[@]}" || return 1
	rm -rf "$folder" "$folder.apt" "$folder.new/etc"
	mv "$folder.new" "$folder"
}

# The sandbox has no way out, so this comes first.
if [[ -z ${YG_SANDBOX-} && $EUID == 0 ]]; then
	. "$HERE/../harness/apt_root.sh"
	for release in "${RELEASES[@]}"; do
		fetch "$release" || {
			echo "SKIP: $release: $apt_reason"
			exit 77
		}
	done
fi
. "$HERE/lib.sh"
. "$HERE/lib_capture.sh"
need curl

REQUESTS=10

# release SUITE PROGRAM ARGUMENT...: run it with the loader and the libraries of that release.
release() {
	local root=$FOLDER/$1 libraries loader
	libraries=$(find "$root" -name 'libc.so.6' -printf %h)
	loader=$(find "$libraries" -name 'ld-linux-*.so.*')
	exec "$loader" --library-path "$libraries:$root/usr/lib/${libraries##*/}" "$root/$2" "${@:3}"
}

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
