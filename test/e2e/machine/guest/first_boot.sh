# Runs once as root, before anybody can log in. /e2e/users has a line `NAME PASSWORD REAL NAME` for each
# user to make, /e2e/authorized_keys the keys that open every account.
set -eu
hostname=$(cat /e2e/hostname)
echo "$hostname" > /etc/hostname
hostname "$hostname"
printf '127.0.0.1 localhost\n::1 localhost\n127.0.1.1 %s\n' "$hostname" > /etc/hosts

allow() { # HOME OWNER
  install -d -m 700 -o "$2" -g "$2" "$1/.ssh"
  install -m 600 -o "$2" -g "$2" /e2e/authorized_keys "$1/.ssh/authorized_keys"
}
allow /root root
while read -r name password real; do
  useradd --create-home --shell /bin/bash --comment "$real,,," "$name"
  echo "$name:$password" | chpasswd
  allow "/home/$name" "$name"
done < /e2e/users

echo 'alice ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/e2e
chmod 440 /etc/sudoers.d/e2e
touch /e2e/done
