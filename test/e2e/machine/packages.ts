/** What is installed on every host, beside what Debian calls required. */

const EVERYWHERE = [
  "systemd-sysv",
  "libpam-systemd",
  "libnss-systemd",
  "login",
  "passwd",
  "dbus",
  "linux-image-cloud-amd64",
  "openssh-server",
  "sudo",
  "tmux",
  "tigervnc-standalone-server",
  "rsyslog",
  "procps",
  "iproute2",
  "curl",
];

/** Where a suite has them, they keep what utmp's files kept before. */
const WHERE_KNOWN = ["wtmpdb", "libpam-wtmpdb", "lastlog2", "libpam-lastlog2"];

/** A pattern that matches nothing is no error for apt, an unknown name would be. */
export const PACKAGES: readonly string[] = [
  ...EVERYWHERE,
  ...WHERE_KNOWN.map((name) => `?exact-name(${name})`),
];
