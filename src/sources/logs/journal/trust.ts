/**
 * Whether an entry was written by the program that it names.
 *
 * Any user can log anything under any name. What a client can't choose are the fields that begin
 * with an underscore: journald adds them. `_UID` and `_PID` come from the kernel with the message; a
 * user namespace can't make `_UID` 0. The others are read from /proc a moment later, so they are
 * missing when the process is gone by then; and the name of a process, `_COMM`, anybody can choose.
 * man 7 systemd.journal-fields, "Trusted Journal Fields"
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

/** Their names; an entry's values stand in the same order. */
export const FIELDS = Object.values(FIELD_NAMES);

/** The place of each in FIELDS. */
export const FIELD = Object.fromEntries(
  Object.keys(FIELD_NAMES).map((name, place) => [name, place]),
) as Record<keyof typeof FIELD_NAMES, number>;

/** The name in which logind logs, which is also that of its process. */
export const LOGIND_IDENTIFIER = "systemd-logind";

/** Programs that log as root before they become anybody else. */
interface Daemon {
  comms: readonly string[];
  units: RegExp;
}

const SSHD: Daemon = {
  comms: ["sshd", "sshd-session", "sshd-auth"],
  // ssh@ is what Debian called the unit of one connection up to 12.
  units: /^sshd?(?:@.*)?\.service$/,
};
const DROPBEAR: Daemon = { comms: ["dropbear"], units: /^dropbear(?:@.*)?\.service$/ };
const LOGIN: Daemon = {
  comms: ["login"],
  units: /^(?:getty|serial-getty|container-getty)@.*\.service$|^console-getty\.service$/,
};
const LOGIND: Daemon = { comms: [LOGIND_IDENTIFIER], units: /^systemd-logind\.service$/ };

/** Programs that anybody starts and that become root because their file says so. */
const SETUID: Record<string, readonly string[]> = {
  su: ["/usr/bin/su", "/bin/su"],
  // sudo.ws and the cargo folder: Ubuntu, which ships two implementations side by side.
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

/** What the readers look for in SYSLOG_IDENTIFIER, and in _COMM of entries that have none. */
export const IDENTIFIERS = [...Object.keys(DAEMONS), ...Object.keys(SETUID)];

/** Where su and sudo run from. */
export const SETUID_PATHS = [...new Set(Object.values(SETUID).flat())];

/** Whether a name is one of a program that logs as root, and not of su or sudo. */
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

/** Root may log as sshd by hand too (`logger -t sshd`); its process then has another name. */
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
 * Entries of su and sudo carry the uid of the caller, so the file they run from has to speak for
 * them. It does not speak alone: a user can run `/usr/bin/su` with a library of his own preloaded,
 * when he gives up that it becomes root. Then it has no capabilities. A sudo that refuses at once may be
 * gone before journald sees its file; then its capabilities, which journald gets a moment earlier, and
 * its name speak for it.
 *
 * What remains: in a user namespace of their own such a process has capabilities too, and no field
 * tells one kind from the other. Where users may make namespaces, they can forge entries of su and
 * sudo; those of the daemons they can't.
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
