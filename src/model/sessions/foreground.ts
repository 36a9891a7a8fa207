import { readForegroundGroup } from "../../sources/proc/pid_session.ts";
import type { HostIndex } from "./host_index.ts";

/**
 * The name of the process that receives a terminal's input. Its owner chooses it, so it must not be a label. Undefined
 * when no process on the terminal is visible.
 */
export function foregroundProcess(host: HostIndex, tty: string): string | undefined {
  const { root, table } = host.records;
  const oldest = host.rowsOnTty(tty)[0];
  if (oldest === undefined) return undefined;
  // A process group's id is the pid of its leader, which may have ended before the others.
  const leader = table.row(readForegroundGroup(root, table.pid[oldest]!) ?? -1);
  const row = leader >= 0 && table.ttyNumber[leader] === table.ttyNumber[oldest] ? leader : oldest;
  return Buffer.from(table.comm(row), "latin1").toString();
}
