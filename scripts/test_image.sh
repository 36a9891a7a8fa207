#!/bin/sh
# Runs the file tree of the container image without a container engine: in its own mount namespace, with the
# host's processes and network, a read-only root, as nobody, without capabilities. Needs root.
#
#   scripts/test_image.sh EXECUTABLE
set -eu
name=${0##*/}
if [ "${2:-}" != inside ]; then
  for need in unshare chroot setpriv curl ldd; do
    command -v $need > /dev/null || { echo "$name: SKIPPED: it needs $need"; exit 0; }
  done
  [ "$(id -u)" = 0 ] || { echo "$name: SKIPPED: it needs root"; exit 0; }
  exec unshare --mount "$0" "$1" inside
fi

tree=$(mktemp -d)
pid=
# The mounts end with the namespace.
trap '[ -z "$pid" ] || { kill "$pid" 2> /dev/null; wait "$pid"; } || true; umount -R -l "$tree"; rmdir "$tree"' EXIT
mount --make-rprivate /
mount -t tmpfs -o size=300M,mode=755 image "$tree"
"$(dirname "$0")/image_tree.sh" "$1" "$tree"
mount --rbind / "$tree/host"
mount -o remount,bind,ro "$tree/host"
mount --rbind /proc "$tree/proc"
# A container engine provides /dev.
mkdir -p "$tree/dev" && touch "$tree/dev/null" && mount --bind /dev/null "$tree/dev/null"
mount -t tmpfs -o size=1M,uid=65534,gid=65534,mode=700 state "$tree/state"
mount -o remount,ro "$tree"

port=10947
setpriv --no-new-privs \
  chroot --userspec=65534:65534 --groups= "$tree" /user_sessions_exporter \
  --path.rootfs=/host --state.directory=/state --web.listen-address=127.0.0.1:$port &
pid=$!
metrics=
for _ in $(seq 100); do
  metrics=$(curl -sf "http://127.0.0.1:$port/-/ready" > /dev/null && curl -sf "http://127.0.0.1:$port/metrics") && break
  sleep 0.1
done
fail() { echo "$name: $*" >&2; exit 1; }
[ -n "$metrics" ] || fail "it does not answer"
caps=$(sed -n 's/^CapEff:\t//p' "/proc/$pid/status")
[ "$caps" = 0000000000000000 ] || fail "it has the capabilities $caps"
[ "$(stat -c %u "/proc/$pid")" = 65534 ] || fail "it does not run as nobody"
echo "$metrics" | grep -q '^user_sessions_up 1$' || fail "up is not 1"
echo "$metrics" | grep -q '^user_sessions_process_count{username="root"}' || fail "it does not see the host's processes"
echo "$metrics" | grep -q "^user_sessions_process_count{username=\"nobody\"}" || fail "it does not name users from the host's passwd"
echo "$name: the image's files run as nobody on a read-only root, and see the host"
