import type { Peer } from "../../sources/messages/ssh_event.ts";
import type { Emit } from "./outcome.ts";
import {
  savedCount,
  savedFlag,
  savedNumber,
  savedOptional,
  savedText,
} from "../../sources/saved_value.ts";

/** The state of one SSH connection before its login. */
export interface Connection {
  address: string | undefined;
  port: number | undefined;
  /** Refused passwords and answers, each already counted. */
  failures: number;
  /** Those of them logged before any line with the client's address. */
  failuresWithoutOrigin: number;
  named: boolean;
  invalid: boolean;
  /** PAM's line was counted; sshd's own line about the same answer may or may not follow. */
  pamCounted: boolean;
  /** Its outcome was emitted; only its end may follow. */
  isConcluded: boolean;
  lastMs: number;
}

export function newConnection(timeMs: number): Connection {
  return {
    address: undefined,
    port: undefined,
    failures: 0,
    failuresWithoutOrigin: 0,
    named: false,
    invalid: false,
    pamCounted: false,
    isConcluded: false,
    lastMs: timeMs,
  };
}

/** Emits the outcome of a connection that can no longer become a login; at most once for each. */
export function conclude(connection: Connection, timeMs: number, emit: Emit): void {
  if (connection.isConcluded) return;
  connection.isConcluded = true;
  if (!connection.named) return emit({ kind: "unauthenticated_disconnect" });
  if (connection.failures > 0) return;
  const reason = connection.invalid ? "invalid_user" : "no_credentials";
  connection.failures = 1;
  if (connection.address === undefined) connection.failuresWithoutOrigin = 1;
  emit({ kind: "failure", reason, count: 1, timeMs, address: connection.address });
}

/** Adds the client's address from a message, and emits it for failures counted without one. */
export function addPeer(connection: Connection, peer: Peer | undefined, emit: Emit): void {
  connection.port ??= peer?.port;
  connection.address ??= peer?.address;
  const { address, failuresWithoutOrigin: count, lastMs: timeMs } = connection;
  if (address === undefined || count === 0) return;
  connection.failuresWithoutOrigin = 0;
  emit({ kind: "failure_origin", count, timeMs, address });
}

/** Whether the client is another one: pids are reused, so address and port are compared. */
export function isOther(connection: Connection, peer: Peer | undefined): boolean {
  const { address, port } = connection;
  if (peer?.port !== undefined && port !== undefined && peer.port !== port) return true;
  const isKnown = peer?.address !== undefined && address !== undefined;
  return isKnown && peer.address !== address;
}

/** The row of the state file. */
export function rowOf(c: Connection): unknown[] {
  const { address = null, port = null, failures, named, invalid, pamCounted, lastMs } = c;
  const { isConcluded, failuresWithoutOrigin } = c;
  return [
    address,
    port,
    failures,
    named,
    invalid,
    pamCounted,
    lastMs,
    isConcluded,
    failuresWithoutOrigin,
  ];
}

/** @throws SavedStateError for a row that `rowOf` did not make */
export function connectionOf(row: readonly unknown[]): Connection {
  return {
    address: savedOptional(row[0], "connection's address", savedText),
    port: savedOptional(row[1], "connection's port", savedCount),
    failures: savedCount(row[2], "connection's failures"),
    named: savedFlag(row[3], "connection's name"),
    invalid: savedFlag(row[4], "connection's account"),
    pamCounted: savedFlag(row[5], "connection's PAM state"),
    lastMs: savedNumber(row[6], "connection's time"),
    // 1.0.0 did not save these.
    isConcluded: savedFlag(row[7] ?? false, "connection's conclusion"),
    failuresWithoutOrigin: savedCount(row[8] ?? 0, "connection's failures without an origin"),
  };
}
