/**
 * One pass over `/proc`: `/proc/PID/stat` of every process, and its effective uid, which is the owner
 * of the folder `/proc/PID` (stat(2); right for non-dumpable processes too, and under hidepid=1).
 */
import { closeSync, openSync, readdirSync, readSync, statfsSync, statSync } from "node:fs";
import { parseStat } from "./pid_stat.ts";
import { readStatus } from "./pid_status.ts";
import { LINE_BYTES, ProcessTable } from "./process_table.ts";
import type { Root } from "../root.ts";

/** man 2 statfs: PROC_SUPER_MAGIC. */
const PROC_MAGIC = 0x9fa0;

/** After so many processes other work gets its turn; about 10 ms. */
const YIELD_EVERY = 1024;

/** A process that has slept since the pass before is asked for its uid in one of so many passes only. */
const ASK_UID_EVERY = 4;

/** Reads the effective uid of a process, or undefined when it is gone. */
type UidReader = (pid: number) => number | undefined;

export class ProcessScan {
  private table = new ProcessTable();
  private previous = new ProcessTable();
  private passes = 0;
  private readonly readUid: UidReader;

  constructor(private readonly root: Root) {
    // A captured tree belongs to whoever copied it.
    this.readUid = isKernelProc(root)
      ? (pid) => statSync(root.proc(String(pid)), { throwIfNoEntry: false })?.uid
      : (pid) => readStatus(root, pid)?.uids[1];
  }

  /**
   * The processes now. The table that a call returns stays valid until the second call after it.
   *
   * A process that ends while it is read is left out, and so is one that hidepid=1 lists but hides.
   *
   * @throws the system's error when `/proc` itself can't be listed
   */
  async run(): Promise<ProcessTable> {
    const pids = this.list();
    [this.table, this.previous] = [this.previous, this.table];
    const { table, previous } = this;
    this.passes++;
    table.reset(pids.length);
    let old = 0;
    for (let i = 0; i < pids.length; i++) {
      const pid = pids[i]!;
      while (old < previous.length && previous.pid[old]! < pid) old++;
      if (this.readRow(pid, old)) table.length++;
      if (i % YIELD_EVERY === YIELD_EVERY - 1) await Bun.sleep(0);
    }
    return table;
  }

  private list(): Int32Array {
    const names = readdirSync(this.root.procfs);
    const pids = new Int32Array(names.length);
    let count = 0;
    for (const name of names) {
      const initial = name.charCodeAt(0);
      if (initial >= 0x30 && initial <= 0x39) pids[count++] = Number(name);
    }
    // The kernel lists them in this order already; a copied tree does not.
    return pids.subarray(0, count).sort();
  }

  /** @param old the row of the previous pass where this pid was, if it was there */
  private readRow(pid: number, old: number): boolean {
    const { table, previous } = this;
    const row = table.length;
    try {
      const fd = openSync(`${this.root.procfs}/${pid}/stat`, "r");
      try {
        table.lineBytes[row] = readSync(fd, table.lines, row * LINE_BYTES, LINE_BYTES, 0);
      } finally {
        closeSync(fd);
      }
    } catch {
      return false; // It ended, or is hidden from us: neither is an error.
    }
    // Most processes of a host sleep from one pass to the next.
    const hasSlept = table.hasSameLine(row, previous, old);
    if (hasSlept) table.copyRow(row, previous, old);
    else if (!parseStat(table, row)) return false;
    // To change its uid a process must run, which costs it CPU time, most often a page fault, and the first
    // time a flag for using a privilege. What could be missed is some microseconds of work, and the turn of
    // every process comes.
    const isDue = (pid + this.passes) % ASK_UID_EVERY === 0;
    const uid = isDue || !hasSlept ? this.readUid(pid) : previous.uid[old];
    if (uid === undefined) return false;
    table.uid[row] = uid;
    return true;
  }
}

function isKernelProc(root: Root): boolean {
  try {
    return statfsSync(root.procfs).type === PROC_MAGIC;
  } catch {
    return true;
  }
}
