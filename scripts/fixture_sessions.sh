#!/bin/bash
# Opens sessions of every kind on this host, keeps them open, and writes each to /run/opened with the
# output of tty(1) inside it. scripts/fixture_hosts.sh runs it as root in a throw-away host:
#
#   fixture_sessions.sh STEP...
#
# A step is one of the functions open_… below. The ssh clients run as mallory, who logs in nowhere.
set -u
dir=/run/clients
mkdir -p $dir && chown mallory $dir && chmod 755 $dir
touch /run/opened
mkdir -p /run/ttys && chmod 1777 /run/ttys

as_mallory=(setpriv --reuid mallory --regid mallory --init-groups env -i HOME=/home/mallory "PATH=$PATH" TERM=xterm)
mallory() { "${as_mallory[@]}" "$@"; }
opened() { echo "$*" | tee -a /run/opened; }
until_true() { for _ in $(seq 100); do "$@" > /dev/null 2>&1 && return; sleep 0.1; done; echo "never: $*" >&2; return 1; }

# hold NAME COMMAND...: runs it as mallory with a standard input that never ends and that `say` writes to.
hold() {
  local name=$1 fd; shift
  mallory mkfifo "$dir/$name" && exec {fd}<> "$dir/$name"
  # Not through the function: a shell would stay beside each client.
  "${as_mallory[@]}" "$@" <&$fd > "$dir/$name.out" 2>&1 &
}
say() { printf '%s\n' "$2" > "$dir/$1"; }

# pty NAME FROM USER@HOST [SSH OPTION...]: a login with a PTY, whose tty is noted.
pty() {
  local name=$1 from=$2 to=$3; shift 3
  hold "$name" ssh -tt -b "$from" "$@" "$to"
  sleep 0.7
  say "$name" "tty > /run/ttys/$name"
  until_true test -s "/run/ttys/$name"
  opened "$name: PTY login $to from $from $* on $(cat "/run/ttys/$name")"
}

refuse() { # ANSWER PROMPTS FROM USER: wrong passwords
  printf '#!/bin/sh\necho %s\n' "$1" > $dir/askpass && chmod 755 $dir/askpass
  mallory SSH_ASKPASS=$dir/askpass SSH_ASKPASS_REQUIRE=force DISPLAY=:9 ssh -b "$3" -o PubkeyAuthentication=no \
    -o NumberOfPasswordPrompts="$2" "$4@127.0.0.1" true < /dev/null
}

open_failures() {
  refuse wrong 3 127.0.0.66 alice; opened "failures: 3 wrong passwords of alice from 127.0.0.66"
  refuse wrong 1 127.0.0.67 oracle; opened "failures: 1 password of the unknown user oracle from 127.0.0.67"
  mallory ssh -b 127.0.0.68 -o IdentityFile=/home/mallory/other -o IdentitiesOnly=yes -o BatchMode=yes bob@127.0.0.1 true
  opened "failures: a refused key of bob from 127.0.0.68"
  printf '#!/bin/sh\nif [ -e %s/asked ]; then echo carol; else touch %s/asked; echo wrong; fi\n' $dir $dir > $dir/askpass2
  chmod 755 $dir/askpass2
  mallory SSH_ASKPASS=$dir/askpass2 SSH_ASKPASS_REQUIRE=force DISPLAY=:9 ssh -b 127.0.0.69 -o PubkeyAuthentication=no \
    carol@127.0.0.1 true < /dev/null
  opened "failures: 1 wrong password, then the right one, of carol from 127.0.0.69, over"
}
open_pty() { pty pty 127.0.0.1 alice@127.0.0.1; }
open_pty6() { pty pty6 ::1 alice@::1; }
open_root() { pty root 127.0.0.1 root@127.0.0.1; }
open_2222() { pty port2222 127.0.0.4 alice@127.0.0.1 -p 2222; }
open_exec() { hold exec ssh -b 127.0.0.1 alice@127.0.0.1 'sleep 86400'; sleep 1; opened "exec: sleep as alice from 127.0.0.1"; }
open_sftp() { hold sftp sftp -o BindAddress=127.0.0.1 carol@127.0.0.1; sleep 1; opened "sftp: carol from 127.0.0.1"; }
open_scp() { # One kbit/s: still under way when the capture comes.
  head -c 400000 /dev/zero > $dir/big
  hold scp scp -l 1 -o BindAddress=127.0.0.1 $dir/big bob@127.0.0.1:/tmp/scp1; sleep 1
  opened "scp: bob from 127.0.0.1"
}
open_scp_legacy() {
  head -c 400000 /dev/zero > $dir/big
  hold scpo scp -O -l 1 -o BindAddress=127.0.0.2 $dir/big bob@127.0.0.1:/tmp/scp2; sleep 1
  opened "scp -O: bob from 127.0.0.2"
}
open_tunnels() {
  hold n1 ssh -N -b 127.0.0.2 -L 8001:127.0.0.1:9999 carol@127.0.0.1
  hold n2 ssh -N -b 127.0.0.2 carol@127.0.0.1
  hold n3 ssh -N -b ::1 alice@::1
  hold sink nc -l -k 127.0.0.1 9999
  sleep 2
  hold tunnelled nc 127.0.0.1 8001
  opened "tunnels: ssh -N of carol from 127.0.0.2 twice (one carries a connection to port 9999), of alice from ::1"
}
open_mux() {
  local socket=$dir/mux.sock
  pty mux1 ::1 carol@::1 -o ControlMaster=yes -o ControlPath=$socket
  pty mux2 ::1 carol@::1 -o ControlPath=$socket
  hold mux3 ssh -o ControlPath=$socket carol@::1 'sleep 86400'; sleep 1
  opened "mux: the second PTY and an exec of carol over the connection of the first, all from ::1"
}
open_tmux() { pty tmux 127.0.0.1 alice@127.0.0.1; say tmux 'tmux -L work new-session -s work'; sleep 2; opened "tmux: attached in it"; }
open_screen() { pty screen 127.0.0.2 bob@127.0.0.1; say screen 'screen -S work'; sleep 2; opened "screen: attached in it"; }
open_detached() {
  pty detached 127.0.0.1 alice@127.0.0.1
  say detached 'tmux -L aside new-session -d -s aside; screen -dmS aside'; sleep 2
  opened "detached: a tmux and a screen, both detached, in it"
}
open_sudo() { pty sudo 127.0.0.1 carol@127.0.0.1; say sudo 'sudo -i'; sleep 1.5; say sudo 'su - bob'; sleep 1.5; opened "sudo: sudo -i, then su - bob, in it"; }
open_closing() {
  pty closing 127.0.0.3 carol@127.0.0.1
  say closing 'tmux -L left new-session -d -s left'; sleep 1.5; say closing 'exit'; sleep 1.5
  opened "closing: carol left from 127.0.0.3, a tmux of hers stays: no session"
}
open_preauth() {
  printf '#!/bin/sh\nexec sleep 86400\n' > $dir/askwait && chmod 755 $dir/askwait
  hold preauth env SSH_ASKPASS=$dir/askwait SSH_ASKPASS_REQUIRE=force DISPLAY=:9 ssh -b 127.0.0.5 -o PubkeyAuthentication=no bob@127.0.0.1
  sleep 1; opened "preauth: bob's password is asked for, from 127.0.0.5: a connection, no session"
}
vnc_ready() { ss -Htln "sport = :$1" | grep -q LISTEN; }
view() { hold "view$1" nc -s "$2" 127.0.0.1 "$3"; sleep 0.3; opened "vnc: a viewer of port $3 from $2"; }
open_vnc() { # From an ssh session that is over: its scope is closing, and the desktops live on.
  mallory ssh -b 127.0.0.6 bob@127.0.0.1 'for n in 1 2 3; do
    setsid Xtigervnc :$n -SecurityTypes None -localhost > /tmp/vnc$n.log 2>&1 < /dev/null & done' < /dev/null
  for port in 5901 5902 5903; do until_true vnc_ready $port; done
  opened "vnc: bob started :1 :2 :3 over ssh from 127.0.0.6, and left"
  view 2 127.0.0.1 5902; view 3 127.0.0.1 5903; view 4 127.0.0.2 5903
}
open_vnc_odd_port() {
  setpriv --reuid bob --regid bob --init-groups env -i HOME=/home/bob setsid \
    Xtigervnc :7 -rfbport 6100 -SecurityTypes None -localhost > /dev/null 2>&1 < /dev/null &
  until_true vnc_ready 6100; opened "vnc: bob started :7 on port 6100"
  view 5 127.0.0.1 6100; view 6 127.0.0.1 6100
}
open_vnc_unit() { # The unit logs carol in through PAM, with an address that TigerVNC made up.
  local folder=/home/carol/.vnc
  echo ':4=carol' >> /etc/tigervnc/vncserver.users
  sed -i 's/^1;$//' /etc/tigervnc/vncserver-config-defaults
  echo '$localhost = "yes"; $SecurityTypes = "None"; 1;' >> /etc/tigervnc/vncserver-config-defaults
  grep -rqs 'Could not migrate' /usr/share/perl5/TigerVNC && folder=/home/carol/.config/tigervnc # 1.15 moved it.
  mkdir -p $folder && printf '#!/bin/sh\nexec xterm\n' > $folder/xstartup && chmod 755 $folder/xstartup
  chown -R carol:carol /home/carol
  systemctl start tigervncserver@:4; until_true vnc_ready 5904 || return
  sleep 2; opened "vnc: carol's session unit on :4, with an xterm in it"; view 7 127.0.0.2 5904
}
open_outgoing() { # A client's own port says nothing, whichever it is.
  hold out1 nc -s 127.0.0.1 -p 5905 127.0.0.1 9999
  hold out2 nc -s 127.0.0.1 -p 22222 127.0.0.1 9999
  sleep 0.5; opened "outgoing: connections of mallory from ports 5905 and 22222 to port 9999"
}
open_outgoing_2222() { hold out3 nc -s 127.0.0.1 -p 2222 127.0.0.1 9999; sleep 0.5; opened "outgoing: and from port 2222, where nothing listens"; }
open_linger() { loginctl enable-linger mallory; sleep 2; opened "linger: mallory lingers"; }
open_stale() { # a dead pid; a reused pid; a pts that does not exist
  python3 -c "
import struct, sys, time, os
def entry(pid, line, id, user, host, addr, t):
    return struct.pack('=hxxi32s4s32s256shhiii16s20x', 7, pid, line, id, user, host, 0, 0, pid, t, 0, addr)
now = int(time.time())
with open('/run/utmp', 'ab') as f:
    f.write(entry(999999, b'pts/90', b'ts90', b'mallory', b'198.51.100.7', bytes([198,51,100,7]), now))
    f.write(entry(1, b'tty7', b'/7', b'mallory', b'', b'', now - 8640000))
    f.write(entry(os.getppid(), b'pts/91', b'ts91', b'mallory', b'198.51.100.8', bytes([198,51,100,8]), now))
"
  opened "stale: utmp entries of mallory: pts/90 (dead pid), tty7 (older than its process), pts/91 (no such pts)"
}
open_forged() { # Titles and names that any user can give a process; a zombie named sshd.
  hold forged perl -e '$0 = "sshd: root\@pts/9"; open F, ">/proc/self/comm"; print F "sshd"; close F; sleep 86400'
  hold forged2 perl -e '$0 = "sshd-session: root\@notty"; open F, ">/proc/self/comm"; print F "sshd-session"; close F; sleep 86400'
  hold odd perl -e 'open F, ">/proc/self/comm"; print F "a) R 1\n(b) S"; close F; sleep 86400'
  hold zombie perl -e 'if (!fork) { open F, ">/proc/self/comm"; print F "sshd"; close F; exit 0 } sleep 86400'
  opened "forged: mallory's processes with titles of sshd, a comm with a newline, a zombie called sshd"
}
login_on() { # LINE: a login(1) on a line of that name, which is a PTY mounted over it
  local line=$1 fd
  touch "/dev/$line"; mkfifo "$dir/$line"; exec {fd}<> "$dir/$line"
  setsid script -qfc "mount --bind \$(tty) /dev/$line && exec setsid -w /sbin/agetty -L 115200 $line vt100" /dev/null \
    <&$fd > "$dir/$line.out" 2>&1 &
  sleep 2; say "$line" bob; sleep 1; say "$line" bob; sleep 2; say "$line" "tty > /run/ttys/$line"; sleep 0.5
  opened "$line: login(1) of bob on $(cat "/run/ttys/$line")"
}
open_serial() { login_on ttyS0; }
open_tty1() { login_on tty1; }
open_dropbear() {
  mkdir -p /etc/dropbear; dropbear -R -E -p 127.0.0.1:2022 2> $dir/dropbear.log
  sleep 1; pty dropbear 127.0.0.7 bob@127.0.0.1 -p 2022
}

for step; do "open_$step" || echo "fixture_sessions.sh: $step failed" >&2; done
echo ready > /run/clients/ready
sleep 86400
