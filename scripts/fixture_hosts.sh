#!/bin/bash
# Makes throw-away Debian hosts, opens sessions of every kind on them, and captures them into
# test/fixtures/. Run as root on Linux with mmdebstrap and systemd-container installed:
#
#   fixture_hosts.sh HOST...        (all: debian11 debian12 debian13 debian13-syslog
#                                    debian12-nologind debian13-bare)
#
# expected.json is not made here: it is written by hand, from what oracle/opened.txt says was opened.
# Trees are cached in FIXTURE_CACHE (/tmp/trees). The hosts share the kernel's users with this machine:
# FIRST_UID (1000) moves theirs away from users whose processes something here kills.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cache=${FIXTURE_CACHE:-/tmp/trees}
fixtures=$here/../test/fixtures
packages=systemd-sysv,libpam-systemd,dbus,openssh-server,openssh-client,openssh-sftp-server,passwd,procps,tmux,screen
packages+=,sudo,login,util-linux,iproute2,tigervnc-standalone-server,netcat-openbsd,python3-minimal,dropbear-bin,xterm,rsyslog

ssh_sessions="pty pty6 exec sftp scp scp_legacy tunnels mux root"
full="failures $ssh_sessions tmux screen detached sudo closing vnc vnc_unit outgoing linger 2222 forged serial"

base_tree() { # SUITE -> its cached tree
  [ -d "$cache/$1" ] && return
  local more=
  [ "$1" = trixie ] && more=,libpam-wtmpdb,wtmpdb,libpam-lastlog2,lastlog2
  mkdir -p "$cache"
  mmdebstrap --variant=minbase --aptopt='APT::Install-Recommends "false"' \
    --include="$packages$more" "$1" "$cache/$1.part" && mv "$cache/$1.part" "$cache/$1"
}

host_tree() { # HOST SUITE: a fresh copy with users, keys and settings
  local tree=$cache/hosts/$1
  base_tree "$2"
  rm -rf "$tree" && mkdir -p "$cache/hosts" && cp -a --reflink=auto "$cache/$2" "$tree"
  echo "$1" > "$tree/etc/hostname"
  printf '127.0.0.1 localhost %s\n::1 localhost\n' "$1" > "$tree/etc/hosts"
  rm -f "$tree/etc/machine-id" "$tree"/var/log/{wtmp,btmp,lastlog,auth.log}
  : > "$tree/etc/machine-id"
  install -m 664 -g 43 /dev/null "$tree/var/log/wtmp"
  install -m 660 -g 43 /dev/null "$tree/var/log/btmp"
  install -m 664 -g 43 /dev/null "$tree/var/log/lastlog"
  chroot "$tree" /bin/bash -eu -s "${FIRST_UID:-1000}" <<'INSIDE'
useradd -m -u $1 -s /bin/bash -c 'Alice Example,Room 1,,' alice
useradd -m -u $(($1 + 1)) -s /bin/bash -c 'Bob Example' bob
useradd -m -u $(($1 + 2)) -s /bin/bash -G sudo carol
useradd -m -u $(($1 + 3)) -s /bin/bash -c 'Mallory "M" Example' mallory
for user in alice bob carol mallory; do echo "$user:$user"; done | chpasswd
echo '%sudo ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/nopasswd
cat > /etc/ssh/sshd_config.d/fixture.conf <<SSHD
Port 22
Port 2222
LoginGraceTime 0
MaxStartups 100
SSHD
mkdir -m 700 /home/mallory/.ssh
ssh-keygen -q -t ed25519 -N '' -C '' -f /home/mallory/.ssh/id_ed25519
ssh-keygen -q -t ed25519 -N '' -C '' -f /home/mallory/other
printf 'Host *\nStrictHostKeyChecking no\nUserKnownHostsFile /dev/null\nLogLevel ERROR\n' > /home/mallory/.ssh/config
chown -R mallory:mallory /home/mallory
for home in /root /home/alice /home/bob /home/carol; do
  mkdir -m 700 -p $home/.ssh
  cp /home/mallory/.ssh/id_ed25519.pub $home/.ssh/authorized_keys
  chown -R --reference=$home $home/.ssh
done
INSIDE
  cp "$here/capture_fixture.sh" "$here/fixture_sessions.sh" "$tree/root/"
}

collect() { # HOST: takes the capture out of the tree, and the outer kernel's name out of the capture
  local tree=$cache/hosts/$1 release filler
  release=$(uname -r)
  filler=$(printf '%s-amd64-amd64-amd64-amd64' "${release%%-*}" | head -c ${#release})
  mkdir -p "$fixtures/$1"
  find "$fixtures/$1" -mindepth 1 -maxdepth 1 ! -name expected.json -exec rm -rf {} +
  cp -rP --no-preserve=all "$tree/root/capture/." "$fixtures/$1/"
  find "$fixtures/$1" -type f -exec perl -pi -e "s/\Q$release\E/$filler/g" {} +
  du -sh --apparent-size "$fixtures/$1"
}

wait_for() { for _ in $(seq "$1"); do [ -e "$2" ] && return; sleep 1; done; echo "no $2" >&2; return 1; }

booted() { # HOST SUITE STEPS: systemd as pid 1, in its own network
  local host=$1 tree=$cache/hosts/$1 steps=$3 runner leader
  host_tree "$host" "$2"
  case $host in
    *-syslog) # A socket unit that takes IPv4 on an IPv6 socket; an old lastlog beside the new one.
      sed -i '/^Port/d' "$tree/etc/ssh/sshd_config.d/fixture.conf"
      mkdir -p "$tree/etc/systemd/system/ssh.socket.d"
      printf '[Socket]\nListenStream=\nListenStream=22\nBindIPv6Only=both\n' > "$tree/etc/systemd/system/ssh.socket.d/fixture.conf"
      systemctl -q --root="$tree" disable ssh.service && systemctl -q --root="$tree" enable ssh.socket
      systemctl -q --root="$tree" mask lastlog2-import.service ;;
    debian13) systemctl -q --root="$tree" mask rsyslog.service ;;
  esac
  rm -f "$cache/hosts/$host.in"; mkfifo "$cache/hosts/$host.in"; exec 9<> "$cache/hosts/$host.in"
  SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1 script -qfc "systemd-nspawn --register=no --keep-unit -b -D $tree --private-network" \
    "$cache/hosts/$host.console" <&9 > /dev/null 2>&1 &
  runner=$!
  sleep 15
  leader=$(pgrep -P "$(pgrep -d, -P $runner)")
  inside() { nsenter -t "$leader" -a env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C "$@"; }
  # shellcheck disable=SC2086
  inside systemd-run -q --unit=clients -p Restart=no -p TasksMax=infinity \
    -p StandardOutput=file:/root/sessions.log -p StandardError=file:/root/sessions.err /root/fixture_sessions.sh $steps
  for _ in $(seq 120); do inside test -e /run/clients/ready && break; sleep 1; done
  # The console's getty comes from the boot: logging in there makes login(1) do all of its work.
  printf 'bob\n' >&9; sleep 2; printf 'bob\n' >&9; sleep 3; printf 'tty > /run/ttys/console\n' >&9; sleep 1
  inside sh -c 'echo "console: login(1) of bob on $(cat /run/ttys/console)" >> /run/opened'
  inside systemd-run -q --unit=capture -p RemainAfterExit=yes /root/capture_fixture.sh /root/capture
  wait_for 60 "$tree/root/capture/tree.json"
  inside cat /run/opened /root/sessions.err
  if [ -z "${KEEP:-}" ]; then kill -s RTMIN+4 "$leader"; wait $runner || true; else echo "leader $leader runs on" >&2; fi
  collect "$host"
}

unbooted() { # HOST SUITE STEPS: no systemd, sshd started by hand
  local host=$1 tree=$cache/hosts/$1 steps=$3 runner leader
  host_tree "$host" "$2"
  cat > "$tree/root/start.sh" <<START
#!/bin/bash
mkdir -p /run/sshd && mkdir -m 1777 /run/screen; ip link set lo up
case $host in *-nologind) install -m 664 -g utmp /dev/null /run/utmp; rsyslogd ;; esac
/usr/sbin/sshd
/root/fixture_sessions.sh $steps 2> /root/sessions.err
START
  chmod 755 "$tree/root/start.sh"
  systemd-nspawn -q --register=no --keep-unit -D "$tree" --private-network --console=pipe --as-pid2 /root/start.sh \
    < /dev/null > "$cache/hosts/$host.console" 2>&1 &
  runner=$!
  sleep 2; leader=$(pgrep -P $runner)
  inside() { nsenter -t "$leader" -a env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C "$@"; }
  for _ in $(seq 120); do inside test -e /run/clients/ready && break; sleep 1; done
  inside /root/capture_fixture.sh /root/capture
  inside cat /run/opened /root/sessions.err
  if [ -z "${KEEP:-}" ]; then kill -s KILL "$leader"; wait $runner || true; else echo "leader $leader runs on" >&2; fi
  collect "$host"
}

for host; do
  case $host in
    debian11) booted debian11 bullseye "${full/scp_legacy /} stale preauth" ;;
    debian12) booted debian12 bookworm "$full stale preauth" ;;
    debian13) booted debian13 trixie "$full vnc_odd_port preauth" ;;
    debian13-syslog) booted debian13-syslog trixie "failures pty exec tunnels root vnc_odd_port outgoing outgoing_2222" ;;
    debian12-nologind) unbooted "$host" bookworm "failures $ssh_sessions tmux screen detached sudo closing dropbear tty1 vnc stale preauth" ;;
    debian13-bare) unbooted "$host" trixie "pty pty6 exec sftp tunnels mux root tmux sudo dropbear vnc preauth" ;;
    *) echo "fixture_hosts.sh: unknown host $host" >&2; exit 1 ;;
  esac
done
