#!/bin/sh
# Makes the host of log_host.ts. It is to run as the first process of a mount and pid namespace of its
# own, and stays until its input ends; then the kernel ends and unmounts all that is in there.
#
#   log_host.sh FOLDER PASSWORD "USER..." JOURNALD [RSYSLOGD]
#
# FOLDER has the folders dev, etc and both/var/log/journal.
set -eu
folder=$1 password=$2 users=$3 journald=$4 rsyslogd=${5:-}

# This is still the /proc of the namespace outside, so it is the pid out there.
read -r pid _ < /proc/self/stat
mount -t proc proc /proc
mount --bind "$folder/both/var/log" /var/log

mount -t tmpfs tmpfs "$folder/dev"
for name in null zero full random urandom tty; do
  touch "$folder/dev/$name"
  mount --bind "/dev/$name" "$folder/dev/$name"
done
mkdir "$folder/dev/pts"
mount --rbind /dev/pts "$folder/dev/pts"
ln -s pts/ptmx "$folder/dev/ptmx"
ln -s /run/systemd/journal/dev-log "$folder/dev/log"
mount --rbind "$folder/dev" /dev

mount -t tmpfs -o mode=755 tmpfs "$folder/etc"
cp -a /etc/. "$folder/etc/" 2> /dev/null || true
mount --bind "$folder/etc" /etc
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/sshd /run/systemd/journal /etc/pam.d /etc/systemd
# It tells journald to write to /var/log at once.
touch /run/systemd/journal/flushed

for user in $users; do
  useradd --no-log-init --no-create-home --home-dir / --shell /bin/sh "$user"
  echo "$user:$password" | chpasswd
done
echo 0123456789abcdef0123456789abcdef > /etc/machine-id
# As Debian has it, but for the pause after a wrong password and for modules that need more of a host.
cat > /etc/pam.d/sshd << END
auth [success=1 default=ignore] pam_unix.so nodelay
auth requisite pam_deny.so
auth required pam_permit.so
account required pam_unix.so
session required pam_permit.so
END

forward=no
[ -z "$rsyslogd" ] || forward=yes
rm -rf /etc/systemd/journald.conf.d
mkdir /etc/systemd/journald.conf.d
# Journald deletes the oldest of more than 100 files; a slow machine rotates more in the time of one restart test.
# An empty Audit= leaves the kernel's auditing as it is; "no" would turn it off.
cat > /etc/systemd/journald.conf.d/zz-test.conf << END
[Journal]
Storage=persistent
SystemKeepFree=1
SystemMaxUse=20G
SystemMaxFiles=100000
RateLimitIntervalSec=0
RateLimitBurst=0
ReadKMsg=no
Audit=
ForwardToSyslog=$forward
ForwardToWall=no
END

if [ "$forward" = yes ]; then
  # The second daemon gets what the first one got; it writes the old format, and counts copies.
  cat > /etc/rsyslog-first.conf << 'END'
module(load="imuxsock" SysSock.Use="off")
input(type="imuxsock" Socket="/run/systemd/journal/syslog" RateLimit.Interval="0")
module(load="omuxsock")
$OMUxSockSocket /run/second
*.* action(type="omfile" file="/var/log/auth.log" template="RSYSLOG_FileFormat")
*.* :omuxsock:
END
  cat > /etc/rsyslog-second.conf << 'END'
$RepeatedMsgReduction on
module(load="imuxsock" SysSock.Use="off")
input(type="imuxsock" Socket="/run/second" UseSpecialParser="off" ParseHostname="on" RateLimit.Interval="0")
*.* action(type="omfile" file="/var/log/reduced" template="RSYSLOG_TraditionalFileFormat")
END
  "$rsyslogd" -n -f /etc/rsyslog-second.conf -i /run/second.pid &
  until [ -S /run/second ]; do sleep 0.02; done
  "$rsyslogd" -n -f /etc/rsyslog-first.conf -i /run/first.pid &
  until [ -S /run/systemd/journal/syslog ]; do sleep 0.02; done
fi
"$journald" &
echo "journald $!"
until [ -S /run/systemd/journal/dev-log ]; do sleep 0.02; done
echo "pid $pid"
echo ready
read -r _ || true
