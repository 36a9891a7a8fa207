import type { Peer } from "../../sources/messages/ssh_event.ts";
import { savedList, savedNumber, savedText } from "../../sources/saved_value.ts";

/** Most clients remembered. Not every end is logged, so the oldest are forgotten. */
const MAX_LOGGED_IN = 2048;

/**
 * SSH clients that are logged in and still connected, according to the log. Since OpenSSH 9.8 sshd logs the same line
 * for a client that leaves after its login and for one that never sent anything; only address and port distinguish
 * them.
 */
export class LoggedIn {
  /** The pid that serves each `ADDRESS PORT`, oldest first. */
  private readonly pids = new Map<string, number>();
  private readonly keys = new Map<number, string>();

  /** @returns false when this login is already known */
  add(peer: Peer | undefined, pid: number): boolean {
    const key = keyOf(peer);
    if (key === undefined) return true;
    if (this.pids.get(key) === pid) return false;
    this.drop(key);
    this.pids.set(key, pid);
    this.keys.set(pid, key);
    if (this.pids.size > MAX_LOGGED_IN) this.drop(this.pids.keys().next().value!);
    return true;
  }

  /** @returns whether this client had logged in */
  remove(peer: Peer | undefined): boolean {
    const key = keyOf(peer);
    return key !== undefined && this.drop(key);
  }

  removeServedBy(pid: number): void {
    const key = this.keys.get(pid);
    if (key !== undefined) this.drop(key);
  }

  private drop(key: string): boolean {
    const pid = this.pids.get(key);
    if (pid === undefined) return false;
    this.pids.delete(key);
    if (this.keys.get(pid) === key) this.keys.delete(pid);
    return true;
  }

  toJSON(): unknown {
    return [...this.pids];
  }

  /** @throws SavedStateError for a value that `toJSON` did not make */
  static from(value: unknown): LoggedIn {
    const loggedIn = new LoggedIn();
    for (const item of savedList(value, "logged-in clients")) {
      const row = savedList(item, "logged-in client");
      const [key, pid] = [savedText(row[0], "client"), savedNumber(row[1], "client's pid")];
      loggedIn.pids.set(key, pid);
      loggedIn.keys.set(pid, key);
    }
    return loggedIn;
  }
}

function keyOf(peer: Peer | undefined): string | undefined {
  if (peer?.address === undefined || peer.port === undefined) return undefined;
  return `${peer.address} ${peer.port}`;
}
