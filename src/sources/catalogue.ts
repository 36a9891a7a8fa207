/** The list of all sources of the OS; each is described in the file that reads it. */

import { PROC } from "./proc/pid_stat.ts";
import { PROC_FD } from "./proc/pid_fd.ts";
import { TCP } from "./proc/net_tcp.ts";
import { UNIX } from "./proc/net_unix.ts";
import { LOGIND } from "./logins/logind.ts";
import { UTMP } from "./logins/utmp.ts";
import { TTY } from "./logins/tty.ts";
import { JOURNAL } from "./logs/journal/probe.ts";
import { AUTH_LOG } from "./logs/text/auth_log_paths.ts";
import { GROUP } from "./accounts/group.ts";
import { PASSWD } from "./accounts/passwd.ts";
import { LASTLOG } from "./logins/lastlog.ts";
import { LASTLOG2 } from "./logins/lastlog2.ts";
import { WTMP } from "./logins/wtmp.ts";
import { WTMPDB } from "./logins/wtmpdb.ts";
import type { SourceInfo } from "./source.ts";

export const SOURCES = [
  PROC,
  PROC_FD,
  TCP,
  UNIX,
  LOGIND,
  UTMP,
  TTY,
  PASSWD,
  GROUP,
  JOURNAL,
  AUTH_LOG,
  LASTLOG,
  LASTLOG2,
  WTMP,
  WTMPDB,
] as const satisfies readonly SourceInfo[];

export type SourceName = (typeof SOURCES)[number]["name"];
