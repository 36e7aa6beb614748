# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# nginx and OpenSSL as other Debian releases have them, each with a C library of its own, unpacked
# below $RELEASES_FOLDER. Source it before lib.sh: the sandbox has no way out.
#
#	releases_fetch SUITE...		unpack them, as root and outside of the sandbox; exits 77 with
#					the reason where the mirror has none
#	release SUITE PROGRAM ARGUMENT...	run it with the loader and the libraries of that release
HERE=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
RELEASES_FOLDER=${YG_BUILD:-$HERE/../../build}/releases

release_fetch() {
	local folder=$RELEASES_FOLDER/$1 packages=(openssl zlib1g libc6 libcrypt1)
	case $1 in
	bullseye) packages+=(nginx-light libssl1.1 libpcre3) ;;
	*) packages+=(nginx libssl3t64 libpcre2-8-0 libzstd1) ;;
	esac
	exec 9>"$RELEASES_FOLDER/lock"
	flock 9 # another test may be at it
	[[ ! -e $folder/usr/sbin/nginx ]] || return 0
	apt_root "$1" "$folder.apt" && apt_unpack "$folder.new" "${packages[@]}" || return 1
	rm -rf "$folder" "$folder.apt" "$folder.new/etc"
	mv "$folder.new" "$folder"
}

releases_fetch() {
	local suite
	[[ -z ${YG_SANDBOX-} ]] && ((EUID == 0)) || return 0
	# shellcheck source=tests/harness/apt_root.sh
	. "$HERE/../harness/apt_root.sh"
	mkdir -p "$RELEASES_FOLDER"
	for suite; do
		(release_fetch "$suite") || {
			echo "SKIP: $suite: $apt_reason"
			exit 77
		}
	done
}

release() {
	local root=$RELEASES_FOLDER/$1 libraries loader
	libraries=$(find "$root" -name 'libc.so.6' -printf %h)
	loader=$(find "$libraries" -name 'ld-linux-*.so.*')
	exec "$loader" --library-path "$libraries:$root/usr/lib/${libraries##*/}" "$root/$2" "${@:3}"
}
