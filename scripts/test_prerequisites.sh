#!/bin/sh
# Installs missing servers and tools that the tests run the exporter against: only as root on Debian and
# similar systems. Elsewhere it reports what is missing, and those tests are skipped. It reports what it
# will install. None of it is started, neither now nor at the next boot.
set -u
export DEBIAN_FRONTEND=noninteractive LC_ALL=C PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
name=${0##*/}

# A program or file, and its package.
needed='sshd openssh-server
ssh openssh-client
ss iproute2
ps procps
Xtigervnc tigervnc-standalone-server
prometheus prometheus
promtool prometheus
sshpass sshpass
lintian lintian
chromium chromium
tmux tmux
sudo sudo
useradd passwd
setpriv util-linux
unshare util-linux
nsenter util-linux
logger bsdutils
rsyslogd rsyslog
journalctl systemd
pidof sysvinit-utils
zsh zsh
fish fish
gcc gcc
/usr/include/stdio.h libc6-dev'

list_missing() {
  echo "$needed" | while read -r thing package; do
    case $thing in
      /*) [ -e "$thing" ] ;;
      *) command -v "$thing" > /dev/null ;;
    esac || echo "$package"
  done | sort -u | xargs
}

report() { echo "$name: $*"; exit 0; }

# Maintainer scripts ask policy-rc.d before they start a service (Debian's policy manual, 9.3.3).
policy=/usr/sbin/policy-rc.d
forbid_starts() {
  [ -e $policy ] && mv $policy $policy.before_tests
  printf '#!/bin/sh\nexit 101\n' > $policy && chmod 755 $policy
}
allow_starts() {
  rm -f $policy
  [ -e $policy.before_tests ] && mv $policy.before_tests $policy
}

quietly() { "$@" > "$log" 2>&1 < /dev/null; }
install_packages() {
  apt-get install -y --no-install-recommends -o DPkg::Lock::Timeout=120 -o Dpkg::Use-Pty=0 "$@"
}

missing=$(list_missing)
[ -z "$missing" ] && report "all that the tests need is installed"
skipped="tests that need these will be skipped: $missing"
[ "$(uname -s)" = Linux ] || report "this is no Linux; $skipped"
command -v apt-get > /dev/null || report "there is no apt-get; $skipped"
[ "$(id -u)" = 0 ] || report "not root, so nothing is installed; $skipped"

echo "$name: the tests run the exporter against servers of this system; installing: $missing"
log=$(mktemp)
trap 'allow_starts; rm -f "$log"' EXIT
trap 'exit 130' INT TERM
forbid_starts
# shellcheck disable=SC2086 # the packages are words
{ quietly install_packages $missing || { quietly apt-get update && quietly install_packages $missing; }; } ||
  tail -n 5 "$log" >&2
case " $missing " in *" openssh-server "*) services='ssh.service ssh.socket' ;; *) services= ;; esac
case " $missing " in *" prometheus "*) services="$services prometheus.service" ;; esac
case " $missing " in *" rsyslog "*) services="$services rsyslog.service syslog.socket" ;; esac
for service in $services; do
  command -v systemctl > /dev/null && quietly systemctl disable "$service"
done

still=$(list_missing)
[ -z "$still" ] && report "installed $missing"
report "could not install $still: tests that need these will be skipped"
