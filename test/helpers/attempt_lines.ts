/** Connections to an sshd as it logs them, with what they count as. */
import type { Random } from "./fuzz.ts";
import type { Counts } from "./auth_counts.ts";

/** The messages of one connection, each with what it adds to the counts as soon as it is read. */
type Step = [message: string, adds?: string | undefined];
type Connection = (user: string, address: string, port: number) => Step[];

const closed = (user: string, at: string, adds?: string): Step => [
  `Connection closed by ${user} ${at} [preauth]`,
  adds,
];

/** Four lines and one failure each: what a stupid attacker leaves. */
const INVALID_USER: Connection = (user, address, port) => [
  [`Invalid user ${user} from ${address} port ${port}`],
  [
    `pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=${address}`,
  ],
  [`Failed password for invalid user ${user} from ${address} port ${port} ssh2`, "invalid_user"],
  closed(`invalid user ${user}`, `${address} port ${port}`),
];

const CONNECTIONS: readonly Connection[] = [
  INVALID_USER,
  (user, address, port) => [
    [`Failed password for ${user} from ${address} port ${port} ssh2`, "bad_credentials"],
    [`Failed password for ${user} from ${address} port ${port} ssh2`, "bad_credentials"],
    closed(`authenticating user ${user}`, `${address} port ${port}`),
  ],
  (user, address, port) => [
    [`error: PAM: Authentication failure for ${user} from ${address}`, "bad_credentials"],
    [`Failed keyboard-interactive/pam for ${user} from ${address} port ${port} ssh2`],
    [`error: PAM: Authentication failure for ${user} from ${address}`, "bad_credentials"],
    closed(`authenticating user ${user}`, `${address} port ${port}`),
  ],
  (user, address, port) => [
    closed(`authenticating user ${user}`, `${address} port ${port}`, "no_credentials"),
  ],
  (user, address, port) => [
    [`Invalid user ${user} from ${address} port ${port}`],
    closed(`invalid user ${user}`, `${address} port ${port}`, "invalid_user"),
  ],
  (user, address, port) => [
    [`Failed password for ${user} from ${address} port ${port} ssh2`, "bad_credentials"],
    [`Accepted password for ${user} from ${address} port ${port} ssh2`, "login password"],
    [`Disconnected from user ${user} ${address} port ${port}`],
  ],
  (_user, address, port) => [
    ["error: kex_exchange_identification: Connection closed by remote host", "unauthenticated"],
    [`Connection closed by ${address} port ${port}`],
  ],
];

/** Connections of all kinds, several of them open at once. */
export class AttemptLines {
  /** What was logged so far counts as this. */
  readonly counts: Counts = {};
  private readonly open: { pid: number; steps: Step[] }[] = [];

  /**
   * @param atOnce how many are open; each has a pid of its own
   * @param connections where their numbers begin, which tell their addresses and ports
   */
  constructor(
    private readonly random: Random,
    private readonly atOnce: number,
    private connections = 0,
  ) {}

  /** The next message, of one of the connections that are open. */
  next(): { pid: number; message: string } {
    while (this.open.length < this.atOnce) this.open.push(this.connect());
    const index = this.random.below(this.open.length);
    const { pid, steps } = this.open[index]!;
    const [message, adds] = steps.shift()!;
    if (adds !== undefined) this.counts[adds] = (this.counts[adds] ?? 0) + 1;
    if (steps.length === 0) this.open.splice(index, 1);
    return { pid, message };
  }

  private connect(): { pid: number; steps: Step[] } {
    const id = ++this.connections;
    const connection = this.random.pick(CONNECTIONS);
    const steps = connection(`user${id % 7}`, `192.0.2.${id % 250}`, 1024 + (id % 60_000));
    return { pid: 1000 + id, steps };
  }
}

/** The messages of so many failed attempts, four lines each, from 200 addresses. */
export function* stormMessages(attempts: number, first = 0): Generator<string> {
  for (let i = first; i < first + attempts; i++) {
    const steps = INVALID_USER(`user${i % 50}`, `198.51.100.${i % 200}`, 1024 + (i % 60_000));
    for (const [message] of steps) yield message;
  }
}

/** A line as rsyslog writes it. */
export function authLogLine(timeMs: number, pid: number, message: string, host = "host"): string {
  const stamp = new Date(timeMs).toISOString().replace("Z", "000+00:00");
  return `${stamp} ${host} sshd[${pid}]: ${message}\n`;
}
