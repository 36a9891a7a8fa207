import { ProcessTable } from "../../../src/sources/proc/process_table.ts";

/** A process as a test needs it; times in ticks. */
export interface FakeProcess {
  pid: number;
  ppid: number;
  uid: number;
  start: number;
  own?: number;
  reaped?: number;
  rssPages?: number;
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
    table.state[row] = "S".charCodeAt(0);
  }
  return table;
}
