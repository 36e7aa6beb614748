#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The Debian package unpacks to working programs, manual pages, a unit and an example configuration.
set -euo pipefail
cd "$(dirname "$0")/../.."
command -v dpkg-shlibdeps >/dev/null || {
	echo "SKIP: no dpkg-shlibdeps: run tools/setup check"
	exit 77
}

fail() {
	echo "FAIL: $*"
	exit 1
}

make -s deb
deb=$(find build -maxdepth 1 -name 'yagura_*.deb' -print -quit)
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
dpkg-deb -x "$deb" "$tree"
for path in usr/sbin/yagurad usr/bin/yagura etc/yagura/yagura.yaml.example \
	usr/lib/systemd/system/yagura.service usr/share/man/man8/yagurad.8.gz \
	usr/share/man/man1/yagura.1.gz usr/share/man/man5/yagura.yaml.5.gz \
	usr/share/man/man7/yagura.7.gz usr/share/doc/yagura/copyright; do
	[[ -s $tree/$path ]] || fail "no $path in $deb"
done
"$tree/usr/bin/yagura" version >/dev/null || fail "yagura does not run"
"$tree/usr/sbin/yagurad" --check --config "$tree/etc/yagura/yagura.yaml.example" >/dev/null ||
	fail "yagurad refuses the example configuration"
[[ $(dpkg-deb -f "$deb" Depends) == *libbpf* ]] || fail "the package does not depend on libbpf"
grep -q '@' "$tree/usr/lib/systemd/system/yagura.service" && fail "the unit has a hole"
[[ $(dpkg-deb -c "$deb" | awk '$2 != "root/root"' | wc -l) == 0 ]] || fail "files not owned by root"
echo "PASS: $deb, $(dpkg-deb -f "$deb" Installed-Size) KB"
