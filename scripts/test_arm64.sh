#!/bin/sh
# Runs the executable for arm64 in QEMU's user emulation, on the captured host debian12:
#
#   scripts/test_arm64.sh FILE
#
# As root on Debian it installs the emulator and arm64's C library; elsewhere it reports what is missing.
set -eu
name=${0##*/}
binary=$1
libraries=/usr/aarch64-linux-gnu

if [ "$(uname -m)" = aarch64 ]; then
  emulate() { "$@"; }
else
  if ! command -v qemu-aarch64-static > /dev/null || ! [ -e "$libraries/lib/libc.so.6" ]; then
    if [ "$(id -u)" != 0 ] || ! command -v apt-get > /dev/null; then
      echo "$name: SKIPPED: it needs qemu-user-static and libc6-arm64-cross"
      exit 0
    fi
    echo "$name: installing qemu-user-static libc6-arm64-cross"
    install_emulator() {
      DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        -o DPkg::Lock::Timeout=120 qemu-user-static libc6-arm64-cross > /dev/null 2>&1
    }
    install_emulator || { apt-get update > /dev/null 2>&1 && install_emulator; }
  fi
  emulate() { qemu-aarch64-static -L "$libraries" "$@"; }
fi

fail() { echo "$name: $*" >&2; exit 1; }

emulate "$binary" --version | grep -q 'linux/arm64$' || fail "--version does not say linux/arm64"
host="$(cd "$(dirname "$0")/.." && pwd)/test/fixtures/debian12"
metrics=$(emulate "$binary" metrics --path.rootfs="$host" --no-accounts.getent)
for wanted in 'user_sessions_up 1' 'user_sessions_failed_logins_1h ' 'user_sessions_logged_in_users '; do
  echo "$metrics" | grep -q "^$wanted" || fail "metrics has no line '$wanted'"
done
sessions() { "$@" sessions --json --path.rootfs="$host" --no-accounts.getent; }
here=dist/user_sessions_exporter
if [ -x "$here" ] && [ "$(uname -m)" = x86_64 ]; then
  [ "$(sessions "$here")" = "$(sessions emulate "$binary")" ] || fail "its sessions are not those of $here"
fi
echo "$name: $binary runs, and sees what it should"
