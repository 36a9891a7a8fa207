/**
 * The titles that OpenSSH's sshd gives its processes: `sshd: …` up to 9.7, `sshd-session: …` since 9.8.
 * Observed with OpenSSH 8.4, 9.2, 10.0 and 10.6.
 */

/** A process that serves a connection on a user's behalf, after authentication. */
export interface SshdTitle {
  user: string;
  /** The ptys of the connection; none for a command, sftp, a tunnel. */
  ttys: string[];
}

const TTYS = /^(?:pts\/\d+|tty[A-Za-z]*\d+)(?:,(?:pts\/\d+|tty[A-Za-z]*\d+))*$/;

/**
 * Reads the title of a process whose comm is `sshd` or `sshd-session`.
 *
 * The listener's title has ` [listener] `; everything before authentication, and the privileged monitor, ends in `]`;
 * `USER@internal-sftp` is a helper of the process that counts. For all these, and for arguments that are no title, the
 * result is undefined.
 */
export function parseSshdTitle(comm: string, title: string): SshdTitle | undefined {
  const prefix = `${comm}: `;
  if (!title.startsWith(prefix) || title.endsWith("]") || title.includes(" [listener] ")) {
    return undefined;
  }
  const text = title.slice(prefix.length);
  // A user's name may contain "@", for the domain of a directory service, so only known endings count.
  const at = text.lastIndexOf("@");
  const channel = text.slice(at + 1);
  if (at < 0) return { user: text, ttys: [] };
  if (channel === "internal-sftp") return undefined;
  if (channel === "notty") return { user: text.slice(0, at), ttys: [] };
  if (TTYS.test(channel)) return { user: text.slice(0, at), ttys: channel.split(",") };
  return { user: text, ttys: [] };
}

/** Whether this is the title of the privileged monitor (root) of a user's connection. */
export function isMonitorTitle(title: string): boolean {
  return /^sshd(?:-session)?: .* \[(?:priv|postauth)\]$/s.test(title);
}

/**
 * Whether this is the title of the process that accepts connections: the parent of root's own connections before
 * OpenSSH 9.8.
 */
export function isListenerTitle(title: string): boolean {
  return title.startsWith("sshd: ") && title.includes(" [listener] ");
}
