import { ProcessTable, isSameProcess } from "../../../src/sources/proc/process_table.ts";

/** A process as a test needs it; times in ticks. */
export interface FakeProcess {
  pid: number;
  ppid: number;
  uid: number;
  start: number;
  own?: number;
  reaped?: number;
  rssPages?: number;
  threads?: number;
}

/** A table with these processes, in the order of their pids as a pass over /proc gives them. */
export function processTable(processes: FakeProcess[]): ProcessTable {
  const table = new ProcessTable();
  table.reset(processes.length);
  for (const fake of processes.toSorted((a, b) => a.pid - b.pid)) {
    const row = table.length++;
    table.pid[row] = fake.pid;
    table.parentPid[row] = fake.ppid;
    table.uid[row] = fake.uid;
    table.startTicks[row] = fake.start;
    table.ownTicks[row] = fake.own ?? 0;
    table.reapedTicks[row] = fake.reaped ?? 0;
    table.rssPages[row] = fake.rssPages ?? 0;
    table.threads[row] = fake.threads ?? 1;
    table.state[row] = "S".charCodeAt(0);
  }
  return compared(new ProcessTable(), table);
}

/** Notes in a table what has changed since the one before, as a pass over /proc does. */
export function compared(previous: ProcessTable, current: ProcessTable): ProcessTable {
  current.changedCount = 0;
  current.ended = [];
  current.youngestTicks = previous.youngestTicks;
  for (let row = 0; row < current.length; row++) {
    const old = previous.row(current.pid[row]!);
    const isSame = old >= 0 && isSameProcess(previous, old, current, row);
    current.changed[current.changedCount] = row;
    current.before[current.changedCount++] = isSame ? old : -1;
    current.youngestTicks = Math.max(current.youngestTicks, current.startTicks[row]!);
  }
  for (let old = 0; old < previous.length; old++) {
    const row = current.row(previous.pid[old]!);
    if (row < 0 || !isSameProcess(previous, old, current, row)) current.ended.push(old);
  }
  return current;
}

/** The users who have a process, as the account is told. */
export function present(table: ProcessTable): Map<number, unknown> {
  return new Map(Array.from(table.uid.subarray(0, table.length), (uid) => [uid, true]));
}
