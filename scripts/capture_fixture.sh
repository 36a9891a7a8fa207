#!/bin/bash
# Copies the files that the exporter reads on this host into OUTPUT_DIR, as a root tree, and the output of
# the host's own tools at the same moment into oracle/ beside it. Run as root:
#
#   capture_fixture.sh OUTPUT_DIR
#
# FIFOs and file times do not survive git. tree.json names them, and test/helpers/tree.ts restores them.
set -u
out=${1:?usage: capture_fixture.sh OUTPUT_DIR}
[ "$(id -u)" = 0 ] || { echo "capture_fixture.sh: run it as root" >&2; exit 1; }
export LC_ALL=C TZ=UTC
log_lines=${LOG_LINES:-400}
mkdir -p "$out/oracle" "$out/dev/pts"

# keep FILE...: copies regular files to the same place in the tree. Contents only: no owners, no modes.
keep() {
  local file
  for file; do
    [ -f "$file" ] || continue
    mkdir -p "$out${file%/*}"
    cat "$file" > "$out$file" 2>/dev/null || rm -f "$out$file"
  done
}

# The error of a missing or failing tool is also written into the file.
oracle() { local name=$1; shift; "$@" > "$out/oracle/$name.txt" 2>&1 || true; }

keep_process() {
  local pid=$1 name link comm
  [ "$pid" = $$ ] && return # Leave out the capture itself.
  keep /proc/"$pid"/{stat,status,cmdline,comm,cgroup,sessionid,loginuid}
  # A process that ended during the copy would look like none that can exist.
  [ -s "$out/proc/$pid/stat" ] && [ -s "$out/proc/$pid/status" ] || { rm -rf "$out/proc/$pid"; return; }
  # The other lines are of hierarchies of the machine around a container, which it does not use.
  [ -f "$out/proc/$pid/cgroup" ] && grep -q '^0::' "$out/proc/$pid/cgroup" &&
    sed -i '/^0::/!d' "$out/proc/$pid/cgroup"
  comm=$(tr -d '\n' < "/proc/$pid/comm" 2>/dev/null)
  case $comm in
    sshd* | dropbear | *vnc* | xrdp* | Xorg | websockify) ;;
    *) return ;;
  esac
  for link in /proc/"$pid"/fd/*; do
    name=$(readlink "$link") || continue
    [[ $name == socket:* ]] || continue
    mkdir -p "$out/proc/$pid/fd" "$out/proc/$pid/fdinfo"
    ln -s "$name" "$out$link"
    cat "/proc/$pid/fdinfo/${link##*/}" > "$out/proc/$pid/fdinfo/${link##*/}" 2>/dev/null
  done
}

captured_at=$(date +%s.%N)
for tty in /dev/pts/[0-9]* /dev/tty[0-9]* /dev/ttyS[0-9]* /dev/hvc[0-9]*; do
  [ -e "$tty" ] || continue
  : > "$out$tty"
  times="${times:+$times,}
    $(stat -c "\"${tty#/}\": {\"atime\": %.3X, \"mtime\": %.3Y, \"ctime\": %.3Z, \"uid\": %u}" "$tty")"
done

for table in tcp tcp6 unix; do keep /proc/net/$table; done
[ -n "$(find "$out/proc/net" -type f 2>/dev/null)" ] || echo "capture_fixture.sh: no /proc/net" >&2
oracle ss ss -tnpe
keep /run/utmp /run/systemd/sessions/[!.]* /run/systemd/users/[!.]* /run/systemd/seats/[!.]*
for pid in /proc/[0-9]*; do keep_process "${pid#/proc/}"; done
keep /proc/{stat,uptime,loadavg} /proc/sys/net/ipv4/ip_local_port_range
oracle who who -a
oracle w w
oracle ps ps -eo pid,ppid,euser,user:32,rss,cputimes,tty,lstart,args

loginctl list-sessions --no-legend > "$out/oracle/loginctl.txt" 2>&1 &&
  for id in $(loginctl list-sessions --no-legend | awk '{print $1}'); do
    echo; loginctl show-session "$id"
  done >> "$out/oracle/loginctl.txt" 2>&1

keep /etc/{passwd,group,hostname,os-release,machine-id,localtime} /var/log/{lastlog,wtmp,btmp,wtmp.db}
keep /var/lib/lastlog/lastlog2.db
if [ -L /var/lib/wtmpdb/wtmp.db ]; then # Debian links it to the one in /var/log.
  mkdir -p "$out/var/lib/wtmpdb" && cp -P /var/lib/wtmpdb/wtmp.db "$out/var/lib/wtmpdb/"
else keep /var/lib/wtmpdb/wtmp.db; fi
for log in auth.log secure; do
  [ -f /var/log/$log ] && mkdir -p "$out/var/log" && tail -n "$log_lines" /var/log/$log > "$out/var/log/$log"
done
if command -v wtmpdb > /dev/null && [ -s /var/lib/wtmpdb/wtmp.db ]; then oracle last wtmpdb last
else oracle last last -awF; fi
if command -v lastlog2 > /dev/null; then oracle lastlog lastlog2; else oracle lastlog lastlog; fi
oracle getent sh -c 'getent passwd; echo; getent group'
[ -s /run/opened ] && cp /run/opened "$out/oracle/opened.txt"

fifos=$(find /run/systemd/sessions -type p 2>/dev/null | sed 's|^/||; s|.*|    "&"|' | sort | paste -sd, | sed 's/,/,\n/g')
package() { dpkg-query -W -f '${Version}' "$1" 2>/dev/null; }
cat > "$out/tree.json" <<JSON
{
  "capturedAt": ${captured_at:0:14},
  "release": "$(. /etc/os-release; echo "$ID $VERSION_ID")",
  "systemd": "$([ -d /run/systemd/system ] && package systemd)",
  "openssh": "$(package openssh-server)",
  "bootId": "$(cat /proc/sys/kernel/random/boot_id)",
  "fifos": [
$fifos
  ],
  "times": {${times:-}
  }
}
JSON
