/** How a user is logged in; the values of the label `session_type`. */
export type SessionType = "terminal" | "ssh-npty" | "vnc" | "graphical" | "rdp" | "web";

/** One session with an attached user. */
export interface Session {
  user: string;
  /** The terminal below `/dev`, `vnc:1`, `:0`, or empty without one. */
  tty: string;
  /** The remote address, or the host name when the address is unknown; empty for local or unknown. */
  fromIp: string;
  type: SessionType;
  /** Seconds since the epoch; undefined when no record has it. */
  startSeconds: number | undefined;
  /** The last input on the terminal, in seconds since the epoch; undefined without a terminal. */
  lastInputSeconds: number | undefined;
}

/** Compares sessions for a stable order: user, type, terminal, address. */
export function compareSessions(a: Session, b: Session): number {
  return (
    compareText(a.user, b.user) ||
    compareText(a.type, b.type) ||
    compareTtys(a.tty, b.tty) ||
    compareText(a.fromIp, b.fromIp)
  );
}

/** `pts/9` before `pts/10`. */
function compareTtys(a: string, b: string): number {
  if (a === b) return 0;
  const [, nameA, numberA] = /^(\D*)(\d*)/.exec(a)!;
  const [, nameB, numberB] = /^(\D*)(\d*)/.exec(b)!;
  return compareText(nameA!, nameB!) || Number(numberA) - Number(numberB) || compareText(a, b);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
