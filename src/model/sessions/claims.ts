import type { HostIndex } from "./host_index.ts";
import { lineage } from "./processes.ts";
import type { SshConnection } from "./ssh_connections.ts";

/** Records that earlier steps of the join have used, so that no later step makes a second session of them. */
export class Claims {
  private readonly pids = new Set<number>();
  private readonly logindIds = new Set<string>();
  private readonly ttys = new Set<string>();

  /** Claims a connection's processes, terminals and logind session. */
  take({ pid, leaderPid, ttys }: SshConnection, logindId: string | undefined): void {
    this.takePid(pid);
    this.takePid(leaderPid);
    for (const tty of ttys) this.takeTty(tty);
    if (logindId !== undefined) this.takeLogind(logindId);
  }

  takePid(pid: number): void {
    this.pids.add(pid);
  }

  takeTty(tty: string): void {
    if (tty !== "") this.ttys.add(tty);
  }

  takeLogind(id: string): void {
    this.logindIds.add(id);
  }

  hasTty(tty: string): boolean {
    return this.ttys.has(tty);
  }

  hasLogind(id: string): boolean {
    return this.logindIds.has(id);
  }

  /** Whether a process descends from one that is already part of a session. */
  hasAncestor(host: HostIndex, pid: number): boolean {
    for (const ancestor of lineage(host, pid)) if (this.pids.has(ancestor)) return true;
    return false;
  }
}
