/** The rows of the benchmark, by kind of host. */
import type { Row } from "./measure.ts";
import { emptyGroups } from "./rows/empty_groups.ts";
import { manyProcesses } from "./rows/many_processes.ts";
import { processes } from "./rows/processes.ts";
import { smallHost, version } from "./rows/small_host.ts";
import { sockets } from "./rows/sockets.ts";

export const ROWS: Readonly<Record<string, (rounds: number) => Promise<Row[]>>> = {
  processes,
  emptyGroups,
  manyProcesses,
  sockets,
  version,
  smallHost,
};
