#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Discovery finds what maps a TLS library: late, by dlopen, deleted, in a container's mount
# namespace, under a hostile name; and nothing outside the scope. It lets go when nobody maps it.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib_capture.sh"
need curl python3 openssl

read -r SYSTEM _ < <(ldconfig -p | awk '/libssl\.so\.3 .*(x86-64|AArch64)/ { print $NF }') || true
[[ -n $SYSTEM ]] || skip "no libssl.so.3"

make_sandbox

# holder FILE: a process that loads FILE with dlopen when it is told to, and stays.
holder() {
	mkfifo "$WORK/$1.go"
	python3 - "$2" "$WORK/$1.go" <<-'PY' &
		import ctypes, signal, sys
		open(sys.argv[2]).read()
		ctypes.CDLL(sys.argv[1])
		signal.pause()
	PY
	HOLDER=$!
}
attachments() { grep -c '^note attached' "$PROBE_LOG" || true; }
has_attachments() { (($(attachments) == $1)); }

# 1. dlopen after the sensor: found by a sweep, without any exec.
cp "$SYSTEM" "$WORK/libssl.so.3"
holder late "$WORK/libssl.so.3"
late=$HOLDER
start_probe
echo >"$WORK/late.go"
wait_until 10 attached "$WORK/libssl.so.3"

# 2. Deleted and replaced while it is mapped, as by an upgrade: the old one stays, the new one is
#    another file. The old name, deleted, must not lead to the new file.
cp "$SYSTEM" "$WORK/upgraded" && mv "$WORK/upgraded" "$WORK/libssl.so.3"
holder upgraded "$WORK/libssl.so.3"
echo >"$WORK/upgraded.go"
wait_until 10 has_attachments 2

# 3. Deleted before the sensor saw it.
cp "$SYSTEM" "$WORK/gone.so"
exec {gone}<"$WORK/gone.so"
rm "$WORK/gone.so"
holder gone "/proc/self/fd/$gone"
echo >"$WORK/gone.go"
wait_until 10 attached "gone.so (deleted)"
exec {gone}<&-

# 4. A container: its library is at a path that does not exist here.
mkdir "$WORK/image"
cp "$SYSTEM" "$WORK/image/libssl.so.3"
unshare --mount bash -c "mount -t tmpfs tmpfs /mnt && mkdir /mnt/app && cp $WORK/image/libssl.so.3 \
	/mnt/app/ && exec python3 -c 'import ctypes, signal; ctypes.CDLL(\"/mnt/app/libssl.so.3\")
signal.pause()'" &
wait_until 10 attached "/mnt/app/libssl.so.3"
[[ ! -e /mnt/app ]] || fail "the container's mount leaked"

# 5. Names chosen to mislead: lines, blanks, a forged mark, control bytes, a directory that is
#    called like a library. Each is one file, attached once, and a line of its own.
mkdir "$WORK/libssl.so.3 dir"
hostile=("$WORK/libssl.so.3 dir/a b (deleted)" "$WORK/"$'libssl\nffff-fffff r-xp 0 00:00 1 \x1b[31m'
	"$WORK/libssl"$'\t'"$(printf 'n%.0s' {1..200})")
before=$(attachments)
for i in "${!hostile[@]}"; do
	cp "$SYSTEM" "${hostile[$i]}"
	holder "hostile$i" "${hostile[$i]}"
	echo >"$WORK/hostile$i.go"
done
wait_until 10 has_attachments $((before + 3))
! LC_ALL=C grep -q $'[\x01-\x09\x0b-\x1f]' "$PROBE_LOG" || fail "control bytes in the output"

# 6. Not TLS, cut short, or garbage behind a good magic: looked at once, nothing attached.
head -c 20000 "$SYSTEM" >"$WORK/libssl-cut.so"
python3 - "$SYSTEM" "$WORK/libssl-bad.so" <<'PY'
import random, sys
data = bytearray(open(sys.argv[1], "rb").read())
random.seed(1)
for i in range(64, len(data)):
    if random.random() < 0.5:
        data[i] = random.randrange(256)
open(sys.argv[2], "wb").write(data)
PY
python3 - "$WORK/libssl-cut.so" "$WORK/libssl-bad.so" <<'PY' &
import mmap, os, signal, sys
maps = []
for path in sys.argv[1:]:
    fd = os.open(path, os.O_RDONLY)
    maps.append(mmap.mmap(fd, 0, mmap.MAP_PRIVATE, mmap.PROT_READ | mmap.PROT_EXEC))
signal.pause()
PY
wait_until 10 grep -q libssl-bad.so "/proc/$!/maps"
before=$(attachments)

# 7. Nobody maps it any more: let go.
kill "$late"
wait_until 20 grep -q "^note detached $WORK/libssl.so.3:" "$PROBE_LOG"
(($(attachments) == before)) || fail "attached to a file that is no library"
stop_probe
grep -q '^discover .* crash 0 ' "$PROBE_LOG" || fail "an inspection crashed"

# 8. The scope: another name, another network namespace. A process that starts later is found by a
#    whole sweep after theirs.
named() { # named COMM FILE [COMMAND...]: a process of that name that maps FILE
	cp "$SYSTEM" "$WORK/$2"
	"${@:3}" python3 - "$1" "$WORK/$2" <<-'PY' &
		import ctypes, signal, sys
		ctypes.CDLL(None).prctl(15, sys.argv[1].encode())
		ctypes.CDLL(sys.argv[2])
		signal.pause()
	PY
	wait_until 10 grep -qs "$2" "/proc/$!/maps"
}
named outside libssl-name.so
named inside libssl-net.so ip netns exec peer
named inside libssl-first.so
PROBE_LOG=$WORK/scope.log
start_probe -c inside
wait_until 10 attached libssl-first.so
named inside libssl-second.so
wait_until 10 attached libssl-second.so
stop_probe
(($(attachments) == 2)) || fail "attached outside the scope"
echo "PASS"
