/**
 * One pass over `/proc`: reads `/proc/PID/stat` of every process that may have changed since the last pass, and its
 * effective uid, which is the owner of the folder `/proc/PID` (stat(2); correct also for non-dumpable processes and
 * with hidepid=1). Control groups show which processes have not run (`group_watch.ts`).
 */
import { statfsSync, statSync } from "node:fs";
import { NO_GROUP, type TreeReading } from "../cgroup/group_tree.ts";
import { GroupWatch, type ReadMode } from "../cgroup/group_watch.ts";
import type { Root } from "../root.ts";
import { GroupEvidence } from "./group_evidence.ts";
import { parseStat } from "./pid_stat.ts";
import { readStatus } from "./pid_status.ts";
import { PresentPids } from "./present_pids.ts";
import { ProcessPass, ROW } from "./process_pass.ts";
import { ProcessTable } from "./process_table.ts";
import { StatLines } from "./stat_lines.ts";
import { StatReader } from "./stat_reader.ts";

/** man 2 statfs: PROC_SUPER_MAGIC. */
const PROC_MAGIC = 0x9fa0;

/** Processes read before yielding: about 10 ms. */
const YIELD_EVERY = 1024;

/** The uid of a process that is read in each pass and seems to have slept is read in one of this many passes. */
const ASK_UID_EVERY = 4;

/** Each process is read at least this often, so its resident size is never older. */
const READ_ALL_EVERY_MS = 60_000;

/** Reads the effective uid of a process, or undefined when it is gone. */
type UidReader = (pid: number) => number | undefined;

export class ProcessScan {
  private current = new ProcessTable();
  private previous = new ProcessTable();
  private readonly lines = new StatLines();
  private readonly stats: StatReader;
  private readonly groups: GroupWatch;
  private readonly pids: PresentPids;
  private readonly readUid: UidReader;
  private passes = 0;
  /** The pid where the next pass's share begins, and the time of the last share. */
  private nextPid = 0;
  private sharedMs = 0;
  /** Microseconds by which the rows of each group were ahead of it in the last pass. */
  private ahead: ReadonlyMap<number, number> = new Map();

  /**
   * @param monotonicMs a clock in milliseconds that never jumps
   * @param report called when the pass changes between reading all processes and using groups, with the reason
   */
  constructor(
    root: Root,
    private readonly monotonicMs: () => number = () => performance.now(),
    report: (mode: ReadMode, reason: string) => void = () => {},
    private readonly askUidEvery = ASK_UID_EVERY,
  ) {
    this.groups = new GroupWatch(root, report);
    // In a captured tree all files belong to the user who copied it.
    const isKernels = isKernelProc(root);
    this.stats = new StatReader(root, !isKernels);
    this.pids = new PresentPids(root, !isKernels);
    this.readUid = isKernels
      ? (pid) => statSync(root.proc(String(pid)), { throwIfNoEntry: false })?.uid
      : (pid) => readStatus(root, pid)?.uids[1];
  }

  /**
   * The present processes. A returned table stays valid until the second next call. Calls must not overlap.
   *
   * Processes that end while they are read, or that hidepid=1 lists but hides, are left out.
   *
   * @throws the system's error when `/proc` can't be listed, or a process can't be read although it exists and is not
   *    hidden: then the last table stays the newest
   */
  async run(): Promise<ProcessTable> {
    const { current: previous, previous: table } = this;
    this.passes++;
    this.stats.beginPass();
    try {
      if (this.lines.isWasteful) this.forgetLines();
      // Before the processes are listed, so that a process started in between is new and gets read.
      const groups = this.groups.begin(this.monotonicMs());
      const pass = new ProcessPass(previous, table, this.pids.read(previous, this.monotonicMs()));
      // A reused pid is another process, perhaps in a group that has not run since.
      if (this.pids.used) pass.markPids(this.pids.used);
      else pass.markAll();
      if (groups) await this.readWhatRan(pass, groups);
      else await this.readAll(pass);
      pass.finish((slot) => this.lines.release(slot));
      this.groups.end(table.processesRead, table.length);
    } catch (error) {
      // The last reading of the groups does not match the kept rows.
      this.groups.forget();
      this.pids.forget();
      this.forgetLines();
      throw error;
    }
    this.current = table;
    this.previous = previous;
    return table;
  }

  private async readAll(pass: ProcessPass): Promise<void> {
    pass.table.group.fill(NO_GROUP);
    pass.markAll();
    await this.readMarked(pass);
  }

  private async readWhatRan(pass: ProcessPass, groups: TreeReading): Promise<void> {
    const startMs = this.monotonicMs();
    const evidence = new GroupEvidence(pass, groups);
    pass.markWithoutUid();
    this.markShare(pass);
    await this.readMarked(pass);
    if (pass.markOrphans() > 0) await this.readMarked(pass);
    // Upper bound of the CPU time used meanwhile; a process that moved in from another group can seem to have used more.
    const mostMicros = (this.monotonicMs() - startMs) * 1000 * navigator.hardwareConcurrency;
    const lacksGrowth = evidence.lacksGrowth(this.ahead);
    this.ahead = new Map(
      Array.from(evidence.ahead, ([id, micros]) => [id, Math.min(micros, mostMicros)]),
    );
    if (lacksGrowth) {
      pass.markAll();
      await this.readMarked(pass);
    }
    evidence.withdraw();
  }

  /**
   * Marks a share of all processes, so that each is read once a minute: a sleeping process can lose memory without
   * running.
   */
  private markShare(pass: ProcessPass): void {
    const nowMs = this.monotonicMs();
    const share = Math.min(1, (nowMs - this.sharedMs) / READ_ALL_EVERY_MS);
    this.sharedMs = nowMs;
    this.nextPid = pass.markShare(this.nextPid, Math.ceil(pass.table.length * share));
  }

  private forgetLines(): void {
    this.lines.clear();
    this.current.slot.fill(-1);
  }

  private async readMarked(pass: ProcessPass): Promise<void> {
    let row = pass.nextMarked(0);
    while (row >= 0) {
      row = this.readSome(pass, row);
      if (row >= 0) await Bun.sleep(0);
    }
  }

  /** Reads marked rows from this one on until it is time to yield. @returns the next one, or -1 */
  private readSome(pass: ProcessPass, row: number): number {
    for (let reads = 0; row >= 0 && reads < YIELD_EVERY; reads++) {
      pass.status[row] = this.readRow(pass, row);
      row = pass.nextMarked(row + 1);
    }
    return row;
  }

  /** @returns the new state of the row */
  private readRow({ table }: ProcessPass, row: number): number {
    const { lines, passes } = this;
    const { line } = this.stats;
    const pid = table.pid[row]!;
    const wasReadBefore = table.readInPass[row] === passes - 1;
    const length = this.stats.read(pid, wasReadBefore);
    if (length < 0) return ROW.gone;
    table.processesRead++;
    const slot = table.slot[row]!;
    const isSame = lines.holds(slot, line, length);
    table.readInPass[row] = passes;
    // A process must run to change its uid, which costs it CPU time, most often a page fault, and the first
    // time sets the flag PF_SUPERPRIV. At most some microseconds of work are missed, for at most as many
    // passes.
    if (isSame && wasReadBefore && (pid + passes) % this.askUidEvery !== 0) {
      table.lacksUid[row] = 1;
      return ROW.same;
    }
    table.lacksUid[row] = 0;
    const uid = this.readUid(pid);
    if (uid === undefined) return ROW.gone;
    if (isSame && uid === table.uid[row]) return ROW.same;
    const start = table.startTicks[row];
    if (!isSame && !parseStat(line, length, table, row)) return ROW.gone;
    table.uid[row] = uid;
    if (!isSame) table.slot[row] = lines.keep(slot, line, length);
    return table.startTicks[row] === start ? ROW.changed : ROW.new;
  }
}

function isKernelProc(root: Root): boolean {
  try {
    return statfsSync(root.procfs).type === PROC_MAGIC;
  } catch {
    return true;
  }
}
