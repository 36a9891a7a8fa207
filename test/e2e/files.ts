/** The files of a host, so that what a removed package leaves behind can be told. */

/** Prints every path, but for those that change with whatever a host does. */
export const LIST_FILES = `find / -xdev \\( -path /e2e -o -path /tmp -o -path /var/tmp -o -path /var/log/journal \\
  -o -path /var/cache -o -path /var/lib/apt -o -path /var/log/apt -o -path /var/log/dpkg.log \\
  -o -path /var/log/alternatives.log -o -path '/var/lib/dpkg/*-old' \\
  -o -path /root -o -path '/home/*' -o -path /var/lib/systemd/random-seed -o -path '/var/lib/systemd/timers*' -o -path /var/backups \\) -prune -o -print | sort`;
