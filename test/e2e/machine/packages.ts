/** What is installed on the hosts, beside what Debian calls required. */

/** What a host is there for: the package and every setting of it, or the programs that people come in with. */
export type HostKind = "package" | "field";

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

/** Servers, and clients of theirs that live in a network of their own on the same host. */
const FIELD = [
  "xrdp",
  "xorgxrdp",
  "xvfb",
  "mosh",
  "sshpass",
  "lightdm",
  "lightdm-gtk-greeter",
  "xterm",
  "cockpit-ws",
  "cockpit-bridge",
  "cockpit-system",
  "libnss-extrausers",
  // What Ansible needs on the host; cockpit brings Python.
  "python3-apt",
];

/** Where a suite has them: the first four keep what utmp's files kept before. */
const WHERE_KNOWN = ["wtmpdb", "libpam-wtmpdb", "lastlog2", "libpam-lastlog2"];
const FIELD_WHERE_KNOWN = ["freerdp3-x11", "freerdp2-x11", "systemd-userdbd"];

/** A pattern that matches nothing is no error for apt, an unknown name would be. */
const wherever = (names: readonly string[]) => names.map((name) => `?exact-name(${name})`);

export const PACKAGES: Readonly<Record<HostKind, readonly string[]>> = {
  package: [...EVERYWHERE, ...wherever(WHERE_KNOWN)],
  field: [...EVERYWHERE, ...FIELD, ...wherever([...WHERE_KNOWN, ...FIELD_WHERE_KNOWN])],
};

/** What is not started at boot: a test does that when its turn comes. */
export const DISABLED: Readonly<Record<HostKind, readonly string[]>> = {
  // Without it hosts log as Debian 12 and later do by default.
  package: ["rsyslog.service"],
  field: ["rsyslog.service", "xrdp.service", "xrdp-sesman.service", "cockpit.socket"],
};
