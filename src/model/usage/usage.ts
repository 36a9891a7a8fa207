import type { ReadMode } from "../../sources/cgroup/group_watch.ts";
import { ProcessScan } from "../../sources/proc/process_scan.ts";
import { TICKS_PER_SECOND } from "../../sources/proc/auxv.ts";
import { ProcessTable } from "../../sources/proc/process_table.ts";
import type { Root } from "../../sources/root.ts";
import { CpuAccount } from "./cpu_account.ts";
import { CpuHistory } from "./cpu_history.ts";
import { type UserUsage, UserTotals } from "./user_totals.ts";

/** Shortest time between two samples of a ratio: with less, the kernel's ticks of 10 ms make it coarse. */
const MIN_BASE_MS = 500;

export interface Usage {
  table: ProcessTable;
  /** The users with processes now, by uid. */
  byUid: ReadonlyMap<number, UserUsage>;
  /** CPU seconds since the first sample, by uid. */
  cpuSecondsByUid: ReadonlyMap<number, number>;
  /** The share of all CPUs, 0 to 1, that each user has used recently; undefined in the first sample. */
  cpuRatioByUid: ReadonlyMap<number, number> | undefined;
}

/** Passes over `/proc`, each compared with the one before. */
export class UsageMeter {
  private readonly scan: ProcessScan;
  private readonly account = new CpuAccount();
  private readonly history = new CpuHistory();
  private readonly totals = new UserTotals();
  private previous: ProcessTable | undefined;

  /**
   * @param monotonicMs a clock in milliseconds that never jumps
   * @param report called when reading changes between all processes and only those that ran, with the reason
   */
  constructor(
    root: Root,
    private readonly monotonicMs: () => number,
    report?: (mode: ReadMode, reason: string) => void,
  ) {
    this.scan = new ProcessScan(root, monotonicMs, report);
  }

  /**
   * Takes a sample. Calls must not overlap. A call directly after the first one waits, so that there is time to
   * measure.
   *
   * @param onlineCpus the number of CPUs that a ratio of 1 stands for
   * @throws the system's error when `/proc` can't be listed
   */
  async measure(onlineCpus: number): Promise<Usage> {
    const ageMs = this.history.ageMs(this.monotonicMs());
    if (ageMs !== undefined && ageMs < MIN_BASE_MS) await Bun.sleep(MIN_BASE_MS - ageMs);
    const startMs = this.monotonicMs();
    const table = await this.scan.run();
    const atMs = (startMs + this.monotonicMs()) / 2;
    this.totals.advance(this.previous ?? new ProcessTable(), table);
    const { byUid } = this.totals;
    if (this.previous) this.account.advance(this.previous, table, byUid);
    else this.account.begin(byUid);
    this.previous = table;
    const secondsByUid = new Map<number, number>();
    for (const [uid, ticks] of this.account.ticksByUid) {
      secondsByUid.set(uid, ticks / TICKS_PER_SECOND);
    }
    const sample = { atMs, secondsByUid };
    const cpuRatioByUid = this.history.ratios(sample, onlineCpus);
    this.history.add(sample);
    return { table, byUid, cpuSecondsByUid: secondsByUid, cpuRatioByUid };
  }
}
