/** What is true of a host, because the test itself made it so. */

/** Something that a person opened on the host, and holds open. */
export interface Opened {
  /** Its sessions as `USER TYPE TTY ADDRESS`. */
  sessions: string[];
  /** Its login as logind records it, `USER REMOTE_HOST`, unless it has none of its own. */
  logind?: string | undefined;
  /** Whether its terminal is in the title of an sshd; it is, unless this says otherwise. */
  isTitled?: boolean;
  /** TCP connections to port 22, to port 2222 and to the VNC server. */
  ssh?: number;
  ssh2222?: number;
  vnc?: number;
  /**
   * When it began, in seconds since the epoch: not before the first, not after the second. A viewer of a
   * desktop is on no record that tells when it came, and has no start.
   */
  between?: readonly [number, number];
  close(): Promise<void>;
}

/** Where qemu's user network lets everybody come from. */
export const OUTSIDE = "10.0.2.2";

export class Truth {
  opened: Opened[] = [];
  /** Counters by series, as `failed_logins_total{reason="invalid_user"}`; the others are 0. */
  readonly counters = new Map<string, number>();
  /** Whether the host has utmp's file. */
  hasUtmp = false;
  /** Whether the exporter was told of the second SSH port. */
  countsPort2222 = false;

  add<T extends Opened>(opened: T): T {
    this.opened.push(opened);
    return opened;
  }

  async close(opened: Opened): Promise<void> {
    this.opened = this.opened.filter((other) => other !== opened);
    await opened.close();
  }

  /** Counts an event, or several. */
  count(series: string, by = 1): void {
    this.counters.set(series, (this.counters.get(series) ?? 0) + by);
  }

  /** A login over SSH: it counts in several ways. */
  login(user: string, method: "publickey" | "password"): void {
    this.count(`logins_total{method="${method}"}`);
    this.count(`user_logins_total{username="${user}",method="${method}"}`);
    if (user === "root") this.count("root_logins_total");
  }

  escalation(user: string, method: "sudo" | "su", result: "success" | "failure"): void {
    const labels = `method="${method}",result="${result}"`;
    this.count(`privilege_escalations_total{${labels}}`);
    this.count(`user_privilege_escalations_total{username="${user}",${labels}}`);
  }

  /** Forgets what a reboot ends. */
  afterReboot(): void {
    this.opened = [];
  }

  get sessions(): string[] {
    return this.opened.flatMap(({ sessions }) => sessions).sort();
  }

  get logind(): string[] {
    return this.opened.flatMap(({ logind }) => logind ?? []).sort();
  }

  get users(): string[] {
    return [...new Set(this.sessions.map((line) => line.split(" ")[0]!))].sort();
  }

  connections(kind: "ssh" | "ssh2222" | "vnc"): number {
    return this.opened.reduce((sum, opened) => sum + (opened[kind] ?? 0), 0);
  }

  /** What ssh_connections has to say. */
  get sshConnections(): number {
    return this.connections("ssh") + (this.countsPort2222 ? this.connections("ssh2222") : 0);
  }
}
