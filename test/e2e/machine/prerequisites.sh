#!/bin/sh
# Says what make e2e needs and this machine lacks; as root on Debian it installs it.
set -u
export DEBIAN_FRONTEND=noninteractive LC_ALL=C PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"

needed='mmdebstrap mmdebstrap
qemu-system-x86_64 qemu-system-x86
qemu-img qemu-utils
mke2fs e2fsprogs
setpriv util-linux
ssh openssh-client
curl curl
prometheus prometheus
promtool prometheus
dpkg-deb dpkg
/usr/share/keyrings/debian-archive-keyring.gpg debian-archive-keyring'

# With CONTAINER=1 hosts are containers.
[ -n "${CONTAINER:-}" ] && needed="$needed
systemd-nspawn systemd-container"

list_missing() {
  echo "$needed" | while read -r thing package; do
    case $thing in
      /*) [ -e "$thing" ] ;;
      *) command -v "$thing" > /dev/null ;;
    esac || echo "$package"
  done | sort -u | tr '\n' ' '
}

missing=$(list_missing)
[ -z "$missing" ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null; then
  # shellcheck disable=SC2086 # the packages are words
  apt-get install -y --no-install-recommends $missing > /dev/null 2>&1 ||
    { apt-get update && apt-get install -y --no-install-recommends $missing; } > /dev/null 2>&1
  missing=$(list_missing)
fi
[ -z "$missing" ] && exit 0
echo "make e2e needs these packages: $missing" >&2
exit 1
