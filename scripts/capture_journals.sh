#!/bin/sh
# Makes the journal fixtures: runs the systemd-journald of several Debian releases, each with the
# formats it can write, lets programs log to it, and keeps the files together with the output of that
# release's own journalctl.
#
#   sudo scripts/capture_journals.sh [FOLDER]      (default: test/fixtures/journal)
#
# Needs root, mmdebstrap and zstd. The trees stay in $TREES (default: /tmp/journal-trees).
set -eu

out=$(realpath -m "${1:-$(dirname "$0")/../test/fixtures/journal}")
trees=${TREES:-/tmp/journal-trees}
machine=0123456789abcdef0123456789abcdef
packages=systemd,sudo,login,passwd,util-linux,perl-base

make_tree() {
  [ -x "$trees/$1/usr/bin/sudo" ] && return
  rm -rf "${trees:?}/$1"
  mkdir -p "$trees"
  # The signatures of old releases have expired.
  mmdebstrap --variant=minbase --include=$packages \
    --aptopt='Acquire::Check-Valid-Until "false"' "$1" "$trees/$1"
}

prepare_tree() {
  tree=$trees/$1
  echo $machine > "$tree/etc/machine-id"
  printf '[Journal]\nStorage=persistent\nReadKMsg=no\nAudit=no\nRateLimitBurst=0\n' \
    > "$tree/etc/systemd/journald.conf"
  chroot "$tree" sh -c '
    id -u alice || useradd -m -u 1000 alice
    id -u bob || useradd -m -u 1001 bob
    echo bob:secret | chpasswd
    echo "alice ALL=(ALL) NOPASSWD: /usr/bin/true, /bin/true" > /etc/sudoers.d/alice
  ' > /dev/null 2>&1

  # Logs to journald as any program could: perl can change its uid and its process name.
  cat > "$tree/speak.pl" <<'PERL'
use strict; use IO::Socket::UNIX; use POSIX; use Socket;
sub as {                        # name of the process, uid, what to do
  my ($name, $uid, $work) = @_;
  my $pid = fork() // die;
  if (!$pid) {
    if ($uid) { $( = $) = "$uid $uid"; POSIX::setuid($uid); }
    $0 = $name;
    $work->();
    select undef, undef, undef, 0.08;   # Until journald has read /proc.
    POSIX::_exit(0);
  }
  waitpid $pid, 0;
}
sub socket_at { IO::Socket::UNIX->new(Type => SOCK_DGRAM, Peer => $_[0]) or die "$_[0]: $!" }
sub say_syslog { my $s = socket_at("/dev/log"); $s->send("<38>Jan  1 00:00:00 $_[0]: $_[1]") or die }
sub say_native {                # FIELD, value, FIELD, value, ...
  my $s = socket_at("/run/systemd/journal/socket"); my $d = "";
  while (my ($k, $v) = splice @_, 0, 2) { $d .= "$k\n" . pack("Q<", length $v) . "$v\n" }
  $s->send($d) or die;
}

my $round = $ARGV[0];
as("cron", 0, sub { say_syslog("CRON[$$]", "round $round line $_") for 1 .. 20 });
for my $i (1 .. 4) {
  my $port = 40000 + 10 * $round + $i;
  as("sshd-session", 0, sub {
    say_syslog("sshd-session[$$]", "Invalid user eve from 192.0.2.$i port $port");
    say_syslog("sshd-session[$$]", "Failed password for invalid user eve from 192.0.2.$i port $port ssh2") for 1 .. 3;
    say_syslog("sshd-session[$$]", "Connection closed by invalid user eve 192.0.2.$i port $port [preauth]");
  });
  as("sshd", 0, sub { say_syslog("sshd[$$]", "Accepted publickey for alice from 2001:db8::$i port $port ssh2: ED25519 SHA256:abc") });
}
# Trusted, without an identifier; with fields of several kinds, one of them twice.
as("sshd", 0, sub { say_native(MESSAGE => "Failed password for root from 198.51.100.1 port 22 ssh2", PRIORITY => 6) });
as("sshd", 0, sub { say_native(MESSAGE => "said twice $round", SYSLOG_IDENTIFIER => "sshd", TWICE => "same", TWICE => "same", TWICE => "other") });
as("sshd", 0, sub { say_native(MESSAGE => "two lines\nof $round", SYSLOG_IDENTIFIER => "sshd", BINARY => join("", map chr, 0 .. 255)) });
as("sshd", 0, sub { say_native(MESSAGE => "large $round", SYSLOG_IDENTIFIER => "sshd", LARGE => "all work and no play " x 1500) });
as("sshd", 0, sub { say_native(MESSAGE => "long " . "x" x $_, SYSLOG_IDENTIFIER => "sshd") for 498, 499, 500, 504, 512, 3000, 40000 });
as("sshd", 0, sub { say_native(MESSAGE => "B\xc3\xa4r \xe2\x82\xac $round", SYSLOG_IDENTIFIER => "sshd", SYSLOG_PID => 4711) });
as("dropbear", 0, sub { say_syslog("dropbear[$$]", "Bad password attempt for 'root' from 192.0.2.9:5$round") });
as("login", 0, sub { say_syslog("login[$$]", "FAILED LOGIN 1 FROM tty1 FOR eve, Authentication failure") });
# Not trusted: a user under sshd's name, root under another name, a user who claims to be root.
as("sshd", 1000, sub { say_syslog("sshd[1]", "FORGED Accepted password for root from 203.0.113.1 port 1 ssh2") });
as("sshd-session", 1000, sub { say_native(MESSAGE => "FORGED $_", SYSLOG_IDENTIFIER => $_, _UID => 0, _COMM => $_, _EXE => "/usr/bin/$_") for qw(sshd sshd-session login dropbear su sudo) });
as("sshd", 1000, sub { say_native(MESSAGE => "FORGED without identifier") });
as("logger", 0, sub { say_syslog("sshd[1]", "FORGED by root's logger") });
as("su", 1000, sub { say_syslog("su[1]", "FORGED (to root) alice on pts/0") });
as("sudo", 1000, sub { say_syslog("sudo[1]", "FORGED    alice : TTY=pts/1 ; PWD=/ ; USER=root ; COMMAND=/usr/bin/id") });
PERL

  # The real ones, by an ordinary user: journald puts their entries into that user's own file.
  cat > "$tree/speak.sh" <<'SH'
perl /speak.pl "$1"
as() { setpriv --reuid "$1" --regid "$1" --init-groups "$2" -c "$3" < /dev/null || true; }
as 1000 sh 'echo wrong | su bob -c true' > /dev/null 2>&1
as 1000 sh 'echo secret | su bob -c true' > /dev/null 2>&1
su alice -c true
as 1000 sh "sudo -n /bin/true $1"
as 1000 sh "sudo -n /bin/true $(printf 'an_argument_%03d ' $(seq 60))"
as 1001 sh 'sudo -n /bin/true' > /dev/null 2>&1
SH
}

# NAME SUITE [VARIABLE=VALUE...]: one fixture, from a fresh journald with these variables.
capture() {
  name=$1 suite=$2
  shift 2
  tree=$trees/$suite
  echo "$name"
  rm -rf "$tree/var/log/journal" "$tree/captured"
  mkdir -p "$tree/var/log/journal" "$tree/captured"
  cat > "$tree/run.sh" <<'SH'
set -e
mount -t tmpfs none /run
mount -t tmpfs none /dev
mount -t proc none /proc
mount -t sysfs none /sys
mount -t cgroup2 none /sys/fs/cgroup
for d in "null 3" "zero 5" "full 7" "random 8" "urandom 9"; do
  set -- $d "$@"; mknod -m 666 "/dev/$1" c 1 "$2"; shift 2
done
mkdir -p /run/systemd/journal
touch /run/systemd/journal/flushed
ln -s /run/systemd/journal/dev-log /dev/log
hostname host
journald=/usr/lib/systemd/systemd-journald
[ -x $journald ] || journald=/lib/systemd/systemd-journald
env "$@" $journald 2> /dev/null &
pid=$!
until [ -S /run/systemd/journal/dev-log ]; do sleep 0.1; done
bash /speak.sh 1
kill -USR2 $pid
sleep 0.5
bash /speak.sh 2
sleep 0.5
mkdir /captured/online
cp --sparse=always /var/log/journal/*/system.journal /captured/online/
kill $pid
wait $pid || true
mkdir /captured/offline
cp --sparse=always /var/log/journal/*/*.journal /captured/offline/
SH
  unshare --mount --uts --pid --fork --net --ipc --cgroup \
    chroot "$tree" bash /run.sh "$@" 2> /dev/null

  rm -rf "${out:?}/$name"
  mkdir -p "$out/$name"
  for file in "$tree"/captured/o*line/*.journal; do
    kind=$(basename "$(dirname "$file")")
    base=$(basename "$file" .journal)
    [ "$kind" = online ] && base=$base-online
    # An archive's name has numbers of its own; the first is enough to tell them apart.
    case $base in *@*) base=${base%%@*}-archived ;; esac
    zstd -q -19 --long=24 -f "$file" -o "$out/$name/$base.journal.zst"
    # Newer ones reopen what they opened through /proc.
    unshare --mount --pid --fork --mount-proc="$tree/proc" \
      chroot "$tree" env SYSTEMD_COLORS=0 journalctl -o json --all --no-pager --file "/captured/$kind/$(basename "$file")" |
      zstd -q -19 -f -o "$out/$name/$base.json.zst"
  done
}

for suite in bullseye bookworm trixie sid; do
  make_tree $suite
  prepare_tree $suite
done
capture bullseye bullseye
capture bullseye-keyed bullseye SYSTEMD_JOURNAL_KEYED_HASH=1
capture bookworm bookworm
capture bookworm-regular bookworm SYSTEMD_JOURNAL_COMPACT=0
capture trixie trixie
capture trixie-unkeyed-lz4 trixie SYSTEMD_JOURNAL_KEYED_HASH=0 SYSTEMD_JOURNAL_COMPACT=0 SYSTEMD_JOURNAL_COMPRESS=LZ4
capture trixie-xz trixie SYSTEMD_JOURNAL_COMPRESS=XZ
capture sid sid
find "$out" -name "*.zst" -exec chmod 644 {} +
du -sh "$out"
