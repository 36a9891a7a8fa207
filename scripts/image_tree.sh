#!/bin/sh
# Creates the file tree of a container image: the executable, the parts of the C library that it needs, and a
# state folder owned by the user nobody.
#
#   image_tree.sh EXECUTABLE FOLDER
set -eu
executable=$1
tree=$2
mkdir -p "$tree/host" "$tree/proc"
install -m 0755 "$executable" "$tree/user_sessions_exporter"
# Lines such as "libm.so.6 => /lib/x86_64-linux-gnu/libm.so.6 (0x…)", and the loader's without an arrow.
ldd "$executable" | sed -n 's/.*=> \(\/[^ ]*\) .*/\1/p; s/^[[:space:]]*\(\/[^ ]*\) .*/\1/p' | while read -r library; do
  install -D -m 0755 "$(realpath "$library")" "$tree$library"
done
install -d -m 0700 -o 65534 -g 65534 "$tree/state"
