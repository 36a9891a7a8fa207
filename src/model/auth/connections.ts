import type { LogRecord } from "../../sources/logs/record.ts";
import type { Verdict, EndedEvent, Peer, SshEvent } from "../../sources/messages/ssh_event.ts";
import {
  addPeer,
  conclude,
  isOther,
  newConnection,
  rowOf,
  connectionOf,
  type Connection,
} from "./connection.ts";
import { LoggedIn } from "./logged_in.ts";
import { type Emit, loginMethod } from "./outcome.ts";
import { savedList, savedNumber, savedOptional } from "../../sources/saved_value.ts";

/**
 * Most connections tracked before their login. A server admits at most a hundred (MaxStartups), so this limit is
 * reached only when ends are not logged.
 */
export const MAX_CONNECTIONS = 4096;
/** A connection without a line for this long counts as ended: some ends are never logged. */
const IDLE_MS = 600_000;

/** Refusals that are not counted one by one: a client offers its keys in turn before any login. */
const UNCOUNTED_METHODS: ReadonlySet<string> = new Set(["none", "publickey", "hostbased"]);

/**
 * SSH connections before their logins, by the pid of the process that serves them. One attempt has up
 * to four lines, so the lines of a connection are read together:
 *
 * - each refused password or keyboard-interactive answer is one failure;
 * - a connection that named a user and ended without a login and without such a refusal is one failure;
 * - a connection that ended and named nobody is an unauthenticated disconnect.
 */
export class Connections {
  /** By pid, the longest idle first. */
  private readonly open = new Map<number, Connection>();
  private loggedIn = new LoggedIn();
  /** The pid of the first process known to have started after reading began. */
  private firstPid: number | undefined;

  /** @param isRoot whether a login name has uid 0 */
  constructor(private readonly isRoot: (name: string) => boolean) {}

  take(event: SshEvent, record: LogRecord, emit: Emit): void {
    const pid = record.pid ?? -1;
    switch (event.kind) {
      case "accepted":
        return this.accept(event, pid, record.timeMs, emit);
      case "ended":
        return this.end(event, event.pid ?? pid, record.timeMs, emit);
      case "session_ended":
        this.loggedIn.remove(event.peer);
        return;
      case "session_closed":
        return this.loggedIn.removeServedBy(pid);
      case "refused":
      case "pam_refused":
        return this.refuse(event, pid, record, emit);
      case "named":
        this.name(this.touch(pid, event.peer, record.timeMs, emit), event.verdict);
        return;
      case "given_up":
        return this.giveUp(event, pid, record.timeMs, emit);
      case "started":
        return this.noteYoung(pid);
      case "opened":
        this.touch(pid, event.peer, record.timeMs, emit);
    }
  }

  /** Ends every connection without a line for `IDLE_MS`. */
  expire(nowMs: number, emit: Emit): void {
    for (const [pid, connection] of this.open) {
      // Negative after the clock was set back: such a connection is old, too.
      if (Math.abs(nowMs - connection.lastMs) <= IDLE_MS) break;
      this.open.delete(pid);
      conclude(connection, connection.lastMs, emit);
    }
  }

  private accept(
    event: Extract<SshEvent, { kind: "accepted" }>,
    pid: number,
    timeMs: number,
    emit: Emit,
  ): void {
    const connection = this.open.get(pid);
    this.open.delete(pid);
    this.noteYoung(pid);
    if (connection !== undefined) {
      if (isOther(connection, event.peer)) conclude(connection, timeMs, emit);
      else addPeer(connection, event.peer, emit);
    }
    if (!this.loggedIn.add(event.peer, pid)) return;
    const { user } = event;
    emit({ kind: "login", method: loginMethod(event.method), user, root: this.isRoot(user) });
  }

  private giveUp(
    event: Extract<SshEvent, { kind: "given_up" }>,
    pid: number,
    timeMs: number,
    emit: Emit,
  ): void {
    const connection = this.touch(pid, event.peer, timeMs, emit);
    if (event.verdict !== undefined) this.name(connection, event.verdict);
    conclude(connection, timeMs, emit);
  }

  private refuse(
    event: Extract<SshEvent, { kind: "refused" | "pam_refused" }>,
    pid: number,
    record: LogRecord,
    emit: Emit,
  ): void {
    const connection = this.touch(pid, event.peer, record.timeMs, emit);
    this.name(connection, event.verdict);
    let count = record.copies;
    if (event.kind === "pam_refused") connection.pamCounted = true;
    else if (UNCOUNTED_METHODS.has(event.method)) return;
    else if (event.method === "keyboard-interactive" && connection.pamCounted) {
      connection.pamCounted = false;
      count -= 1;
    }
    if (count <= 0) return;
    connection.failures += count;
    const address = event.peer?.address ?? connection.address;
    if (address === undefined) connection.failuresWithoutOrigin += count;
    emit({
      kind: "failure",
      reason: event.verdict === "invalid" ? "invalid_user" : "bad_credentials",
      count,
      timeMs: record.timeMs,
      address,
    });
  }

  private end(event: EndedEvent, pid: number, timeMs: number, emit: Emit): void {
    // Since 9.8 sshd writes the same line when a client closes a connection after its login.
    if (!event.preauth && this.loggedIn.remove(event.peer)) return;
    const isKnown = this.open.has(pid);
    if (event.unsure && !isKnown) return;
    // The end of a login from before reading began looks the same as that of a client that said nothing.
    if (!event.preauth && !isKnown && !this.isYoung(pid)) return;
    const connection = this.touch(pid, event.peer, timeMs, emit, true);
    if (event.verdict !== undefined) this.name(connection, event.verdict);
    this.open.delete(pid);
    conclude(connection, timeMs, emit);
  }

  private name(connection: Connection, verdict: Verdict): void {
    connection.named = true;
    if (verdict === "invalid") connection.invalid = true;
  }

  /** Pids count up. A young process with a lower pid than the first one shows that they have wrapped around. */
  private noteYoung(pid: number): void {
    this.firstPid ??= pid;
    if (pid < this.firstPid) this.firstPid = 0;
  }

  private isYoung(pid: number): boolean {
    return this.firstPid !== undefined && pid > this.firstPid;
  }

  /** The connection of a pid; a new one when the pid serves another client now. */
  private touch(
    pid: number,
    peer: Peer | undefined,
    timeMs: number,
    emit: Emit,
    isEnd = false,
  ): Connection {
    this.noteYoung(pid);
    let connection = this.open.get(pid);
    if (connection !== undefined) {
      this.open.delete(pid);
      if (isOther(connection, peer) || (connection.isConcluded && !isEnd)) {
        conclude(connection, timeMs, emit);
        connection = undefined;
      }
    }
    connection ??= newConnection(timeMs);
    addPeer(connection, peer, emit);
    connection.lastMs = timeMs;
    this.open.set(pid, connection);
    if (this.open.size > MAX_CONNECTIONS) this.evict(emit);
    return connection;
  }

  private evict(emit: Emit): void {
    for (const [pid, oldest] of this.open) {
      this.open.delete(pid);
      return conclude(oldest, oldest.lastMs, emit);
    }
  }

  toJSON(): unknown {
    return {
      open: Array.from(this.open, ([pid, connection]) => [pid, ...rowOf(connection)]),
      loggedIn: this.loggedIn,
      firstPid: this.firstPid ?? null,
    };
  }

  /** @throws SavedStateError for a value that `toJSON` did not make */
  static from(value: Record<string, unknown>, isRoot: (name: string) => boolean): Connections {
    const connections = new Connections(isRoot);
    for (const item of savedList(value["open"], "open connections")) {
      const row = savedList(item, "open connection");
      const pid = savedNumber(row[0], "connection's pid");
      connections.open.set(pid, connectionOf(row.slice(1)));
    }
    connections.loggedIn = LoggedIn.from(value["loggedIn"]);
    // 1.0.0 did not save it.
    const firstPid = value["firstPid"] ?? null;
    connections.firstPid = savedOptional(firstPid, "first pid", savedNumber);
    return connections;
  }
}
