/**
 * Decides whether an entry was written by the program that it names.
 *
 * Any user can log anything under any name. A client can't choose the fields that begin with an underscore, which
 * journald adds. `_UID` and `_PID` come from the kernel with the message; a user namespace can't make `_UID` 0. The
 * others are read from /proc a moment later, so they are missing when the process has ended by then; and any user can
 * choose the name of a process, `_COMM`. man 7 systemd.journal-fields, "Trusted Journal Fields"
 */

/** The fields of an entry that are read. */
const FIELD_NAMES = {
  identifier: "SYSLOG_IDENTIFIER",
  syslogPid: "SYSLOG_PID",
  message: "MESSAGE",
  pid: "_PID",
  uid: "_UID",
  comm: "_COMM",
  exe: "_EXE",
  unit: "_SYSTEMD_UNIT",
  capabilities: "_CAP_EFFECTIVE",
  messageId: "MESSAGE_ID",
  sessionId: "SESSION_ID",
  leader: "LEADER",
  class: "CLASS",
} as const;

/** The names of the fields; an entry's values have the same order. */
export const FIELDS = Object.values(FIELD_NAMES);

/** The index of each field in FIELDS. */
export const FIELD = Object.fromEntries(
  Object.keys(FIELD_NAMES).map((name, place) => [name, place]),
) as Record<keyof typeof FIELD_NAMES, number>;

/** The identifier of logind's messages, and the name of its process. */
export const LOGIND_IDENTIFIER = "systemd-logind";

/** Programs that log as root before they change to another user. */
interface Daemon {
  comms: readonly string[];
  units: RegExp;
}

const SSHD: Daemon = {
  comms: ["sshd", "sshd-session", "sshd-auth"],
  // ssh@ is the unit of one connection in Debian up to 12.
  units: /^sshd?(?:@.*)?\.service$/,
};
const DROPBEAR: Daemon = { comms: ["dropbear"], units: /^dropbear(?:@.*)?\.service$/ };
const LOGIN: Daemon = {
  comms: ["login"],
  units: /^(?:getty|serial-getty|container-getty)@.*\.service$|^console-getty\.service$/,
};
const LOGIND: Daemon = { comms: [LOGIND_IDENTIFIER], units: /^systemd-logind\.service$/ };

/** Set-uid programs, with the paths of their executables: any user can start them, and they run as root. */
const SETUID: Record<string, readonly string[]> = {
  su: ["/usr/bin/su", "/bin/su"],
  // sudo.ws and the cargo folder are for Ubuntu, which installs two implementations.
  sudo: ["/usr/bin/sudo", "/bin/sudo", "/usr/bin/sudo.ws", "/usr/lib/cargo/bin/sudo"],
  "sudo-rs": ["/usr/bin/sudo-rs", "/bin/sudo-rs", "/usr/lib/cargo/bin/sudo"],
};

const DAEMONS: Record<string, Daemon> = {
  sshd: SSHD,
  "sshd-session": SSHD,
  "sshd-auth": SSHD,
  dropbear: DROPBEAR,
  login: LOGIN,
  [LOGIND_IDENTIFIER]: LOGIND,
};

/** The identifiers searched in SYSLOG_IDENTIFIER, and in _COMM for entries without it. */
export const IDENTIFIERS = [...Object.keys(DAEMONS), ...Object.keys(SETUID)];

/** The paths of su and sudo. */
export const SETUID_PATHS = [...new Set(Object.values(SETUID).flat())];

/** Whether an identifier is that of a program that logs as root, other than su and sudo. */
export function isDaemonIdentifier(identifier: string): boolean {
  return DAEMONS[identifier] !== undefined;
}

const CAP_SETUID = 1n << 7n;

/**
 * @param identifier one of IDENTIFIERS
 * @param values the entry's fields, in the order of FIELDS
 * @param complete false when fields could not be read: then absence proves nothing
 */
export function isTrusted(
  identifier: string,
  values: readonly (string | undefined)[],
  complete: boolean,
): boolean {
  const daemon = DAEMONS[identifier];
  if (daemon !== undefined) return values[FIELD.uid] === "0" && isDaemon(daemon, values, complete);
  const paths = SETUID[identifier];
  return paths !== undefined && isSetuid(identifier, paths, values, complete);
}

/** Root may also log as sshd by hand (`logger -t sshd`), but then the process has another name. */
function isDaemon(
  daemon: Daemon,
  values: readonly (string | undefined)[],
  complete: boolean,
): boolean {
  const comm = values[FIELD.comm];
  const unit = values[FIELD.unit];
  if (unit !== undefined && daemon.units.test(unit)) return true;
  if (comm !== undefined) return daemon.comms.includes(comm);
  return unit === undefined && complete;
}

/**
 * Entries of su and sudo have the uid of the caller, so they are trusted by the path of their executable. The path
 * alone is not enough: a user can run `/usr/bin/su` with a preloaded library, but then it does not become root and has
 * no capabilities. A sudo that refuses at once may end before journald reads its path; then its capabilities, which
 * journald reads earlier, and its name decide.
 *
 * What remains: in a user namespace such a process has capabilities too, and no field shows the difference. Where users
 * may create user namespaces, they can forge entries of su and sudo, but not those of daemons.
 */
function isSetuid(
  identifier: string,
  paths: readonly string[],
  values: readonly (string | undefined)[],
  complete: boolean,
): boolean {
  const exe = values[FIELD.exe];
  const isRoot = values[FIELD.uid] === "0";
  if (exe !== undefined) return paths.includes(exe) && (isRoot || mayBecomeRoot(values));
  if (!complete) return false;
  return isRoot || (values[FIELD.comm] === identifier && mayBecomeRoot(values));
}

function mayBecomeRoot(values: readonly (string | undefined)[]): boolean {
  const capabilities = values[FIELD.capabilities] ?? "";
  return /^[0-9a-f]{1,16}$/.test(capabilities) && (BigInt(`0x${capabilities}`) & CAP_SETUID) !== 0n;
}
