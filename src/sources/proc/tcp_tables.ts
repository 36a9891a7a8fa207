/**
 * Reads the TCP tables only when something may have changed: for each read the kernel walks its whole hash table, which
 * takes longer than everything else on a quiet host.
 */
import type { Root } from "../root.ts";
import { readTcpCounters } from "./net_counters.ts";
import { readTcpSockets } from "./net_tcp.ts";
import type { TcpSockets } from "./tcp_sockets.ts";

/** A reading is never used for longer than this. */
const LONGEST_USE_MS = 60_000;

/** Longest table kept between collections: some 2,000 sockets. */
const MOST_BYTES_KEPT = 300_000;

const TABLES = 2;

export class TcpTables {
  /** A reading that the next call may return again. */
  private kept: TcpSockets | undefined;
  /** The last reading, until `settle` decides whether to keep it. */
  private latest: TcpSockets | undefined;
  private expectedBytes = 0;
  private counters: string | undefined;
  private readMs = 0;
  /** The number of tables that the last call of `read` has read. */
  tablesRead = 0;

  /** @param monotonicMs a clock in milliseconds that never jumps */
  constructor(
    private readonly root: Root,
    private readonly monotonicMs: () => number,
  ) {}

  /**
   * The established and listening sockets. Unless `settle` is called after it, the next call reads the tables again.
   *
   * @throws as `readTcpSockets`
   */
  async read(): Promise<TcpSockets> {
    const nowMs = this.monotonicMs();
    // Read before the tables: a change in between shows in the next call.
    const counters = readTcpCounters(this.root);
    const isFresh = nowMs - this.readMs < LONGEST_USE_MS;
    const isUnchanged = counters !== undefined && counters === this.counters;
    this.tablesRead = 0;
    if (this.kept && isFresh && isUnchanged) {
      this.latest = this.kept;
    } else {
      this.tablesRead = TABLES;
      this.latest = await readTcpSockets(this.root, this.expectedBytes);
      this.expectedBytes = this.latest.bytes;
      this.counters = counters;
      this.readMs = nowMs;
    }
    this.kept = undefined;
    return this.latest;
  }

  /**
   * Keeps the last reading for the next call, if there is no connection to one of these local ports: when a client
   * disconnects before the server closes, no counter changes.
   */
  settle(ports: ReadonlySet<number>): void {
    const sockets = this.latest;
    if (!sockets || sockets.bytes > MOST_BYTES_KEPT) return;
    for (const port of ports) if (sockets.connectionsTo(port).length > 0) return;
    this.kept = sockets;
  }
}
