# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Packages of another Debian release, through a private apt root and from the mirror that this
# machine's sources already use; the machine's own sources and package state are not touched.
#
#	apt_root SUITE FOLDER		make the root in FOLDER and read the suite's index into it; sets
#					the array $apt, for `apt-get "${apt[@]}"` and `apt-cache`
#	apt_unpack FOLDER PACKAGE...	download and unpack, below FOLDER
#
# Both return 1 with the reason in $apt_reason.

# shellcheck disable=SC2034 # read by callers
apt_reason=

# shellcheck disable=SC2016 # apt expands it
apt_mirrors() { apt-get indextargets --format '$(REPO_URI)' | sort -u; }

apt_root() {
	local suite=$1 folder=$2 main mirror
	main=$(apt_mirrors | grep '/debian/$') || {
		apt_reason="no Debian mirror in this machine's sources"
		return 1
	}
	main=${main%%$'\n'*}
	case $suite in
	*-security) mirror=$(apt_mirrors | grep '/debian-security/$') ||
		mirror=${main%/debian/}/debian-security/ ;;
	*) mirror=$main ;;
	esac
	mirror=${mirror%%$'\n'*}
	mkdir -p "$folder"/{state/lists/partial,cache/archives/partial}
	: >"$folder/status"
	echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main" \
		>"$folder/sources.list"
	apt=(-o "Dir::Etc::sourcelist=$folder/sources.list" -o Dir::Etc::sourceparts=/dev/null
		-o Dir::Etc::preferencesparts=/dev/null -o "Dir::State=$folder/state"
		-o "Dir::State::status=$folder/status" -o "Dir::Cache=$folder/cache"
		-o APT::Sandbox::User=root -o Acquire::Retries=3
		# A mirror that is behind is as good here; signatures are checked all the same.
		-o Acquire::Check-Valid-Until=false)
	apt-get "${apt[@]}" -qq update >"$folder/log" 2>&1 || {
		apt_reason="suite $suite does not answer: $(tail -n 1 "$folder/log")"
		return 1
	}
}

apt_unpack() {
	local folder=$1 deb debs
	shift
	debs=$(mktemp -d)
	if ! (cd "$debs" && apt-get "${apt[@]}" -qq download "$@") >"$debs/log" 2>&1; then
		apt_reason="download failed: $(tail -n 1 "$debs/log")"
		rm -rf "$debs"
		return 1
	fi
	mkdir -p "$folder"
	for deb in "$debs"/*.deb; do
		dpkg-deb -x "$deb" "$folder"
	done
	rm -rf "$debs"
}
