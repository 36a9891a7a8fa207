import { readForegroundGroup } from "../../sources/proc/pid_session.ts";
import type { HostIndex } from "./host_index.ts";

/**
 * The name of the process that a terminal's input goes to, as its owner calls it: not for labels. Undefined where
 * nobody runs on the terminal, or it can't be seen.
 */
export function foregroundProcess(host: HostIndex, tty: string): string | undefined {
  const { root, table } = host.records;
  const oldest = host.rowsOnTty(tty)[0];
  if (oldest === undefined) return undefined;
  // A process group has the number of its leader, which may have ended before the others.
  const leader = table.row(readForegroundGroup(root, table.pid[oldest]!) ?? -1);
  const row = leader >= 0 && table.ttyNumber[leader] === table.ttyNumber[oldest] ? leader : oldest;
  return Buffer.from(table.comm(row), "latin1").toString();
}
