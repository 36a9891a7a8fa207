import type { LogindSession } from "../../sources/logins/logind.ts";
import type { UtmpLogin } from "../../sources/logins/utmp.ts";
import type { UnixSocket } from "../../sources/proc/net_unix.ts";
import type { ProcessTable } from "../../sources/proc/process_table.ts";
import type { TcpSockets } from "../../sources/proc/tcp_sockets.ts";
import type { Root } from "../../sources/root.ts";
import type { Accounts } from "../accounts.ts";

/** The records of a host read for one collection; those that could not be read are undefined. */
export interface HostRecords {
  root: Root;
  table: ProcessTable;
  bootTimeSeconds: number;
  accounts: Accounts;
  sshPorts: ReadonlySet<number>;
  tcp: TcpSockets | undefined;
  unix: readonly UnixSocket[] | undefined;
  utmp: readonly UtmpLogin[] | undefined;
  logind: readonly LogindSession[] | undefined;
}
