import type { Peer } from "../../sources/messages/ssh_event.ts";
import type { Emit } from "./outcome.ts";
import { savedCount, savedFlag, savedNumber, savedOptional, savedText } from "./saved.ts";

/** What is known of one SSH connection before its login. */
export interface Connection {
  address: string | undefined;
  port: number | undefined;
  /** Refused passwords and answers, which were counted when they came. */
  failures: number;
  named: boolean;
  invalid: boolean;
  /** PAM's line was counted; sshd's own line about the same answer may follow, or not. */
  pamCounted: boolean;
  lastMs: number;
}

export function newConnection(timeMs: number): Connection {
  return {
    address: undefined,
    port: undefined,
    failures: 0,
    named: false,
    invalid: false,
    pamCounted: false,
    lastMs: timeMs,
  };
}

/** What an end means that no login came before. */
export function finish(connection: Connection, timeMs: number, emit: Emit): void {
  if (!connection.named) return emit({ kind: "unauthenticated_disconnect" });
  if (connection.failures > 0) return;
  const reason = connection.invalid ? "invalid_user" : "no_credentials";
  emit({ kind: "failure", reason, count: 1, timeMs, address: connection.address });
}

/** A pid is used again in time; the client's address and port tell. */
export function isOther(connection: Connection, peer: Peer | undefined): boolean {
  if (peer?.port === undefined || connection.port === undefined) return false;
  return peer.port !== connection.port || peer.address !== connection.address;
}

/** As the state file has it. */
export function rowOf(c: Connection): unknown[] {
  const { address = null, port = null, failures, named, invalid, pamCounted, lastMs } = c;
  return [address, port, failures, named, invalid, pamCounted, lastMs];
}

/** @throws SavedStateError for a row that `rowOf` did not make */
export function connectionOf(row: readonly unknown[]): Connection {
  return {
    address: savedOptional(row[0], "a connection's address", savedText),
    port: savedOptional(row[1], "a connection's port", savedCount),
    failures: savedCount(row[2], "a connection's failures"),
    named: savedFlag(row[3], "a connection's name"),
    invalid: savedFlag(row[4], "a connection's account"),
    pamCounted: savedFlag(row[5], "a connection's PAM state"),
    lastMs: savedNumber(row[6], "a connection's time"),
  };
}
