/** Every OS source by name: where it is, what is lost without it, and how it can be had. */

import { GROUP } from "./accounts/group.ts";
import { PASSWD } from "./accounts/passwd.ts";
import { LASTLOG } from "./logins/lastlog.ts";
import { LASTLOG2 } from "./logins/lastlog2.ts";
import { WTMP } from "./logins/wtmp.ts";
import { WTMPDB } from "./logins/wtmpdb.ts";
import { probeJournal } from "./logs/journal/probe.ts";
import { AUTH_LOG_PATHS, probeAuthLog } from "./logs/text/auth_log_paths.ts";
import { HIDEPID, NAMESPACE, NOT_MOUNTED, READABLE_BY_ALL, type SourceInfo } from "./source.ts";

export const SOURCES = [
  {
    name: "proc",
    paths: ["/proc/1/stat"],
    lost: "CPU, memory and processes of other users, VNC sessions and connections; sessions are believed unchecked",
    whenMissing: `no /proc is mounted there, or ${HIDEPID}`,
    whenForbidden: HIDEPID,
  },
  {
    name: "proc_fd",
    paths: ["/proc/1/fd", "/proc/1/fdinfo"],
    isFolder: true,
    lost: "addresses of SSH sessions that neither logind nor utmp records",
    whenMissing: `no /proc is mounted there, or ${HIDEPID}`,
    whenForbidden: "give it CAP_SYS_PTRACE, which root may lack in a container",
    coveredBy: ["logind"],
  },
  {
    name: "tcp",
    paths: ["/proc/net/tcp"],
    lost: "SSH and VNC connections, VNC sessions",
    whenMissing: `it is not in the /proc that is seen: ${NAMESPACE}`,
    whenForbidden: NAMESPACE,
  },
  {
    name: "unix",
    paths: ["/proc/net/unix"],
    lost: "RDP sessions",
    whenMissing: `it is not in the /proc that is seen: ${NAMESPACE}`,
    whenForbidden: NAMESPACE,
  },
  {
    name: "logind",
    // The folder of sessions can be left over, or made by a package; a seat is there while logind runs.
    paths: ["/run/systemd/seats/seat0"],
    lost: "console and graphical sessions, addresses of SSH sessions without a terminal",
    whenMissing: "neither systemd-logind (libpam-systemd) nor elogind runs here",
    whenForbidden: READABLE_BY_ALL,
  },
  {
    name: "utmp",
    paths: ["/run/utmp"],
    lost: "sessions on hosts without logind",
    whenMissing: "normal on Debian 13 and later, which have none",
    whenForbidden: READABLE_BY_ALL,
    replacedBy: ["logind"],
  },
  {
    name: "tty",
    paths: ["/dev/pts"],
    isFolder: true,
    lost: "when terminals were last typed on",
    whenMissing: NOT_MOUNTED,
    whenForbidden: READABLE_BY_ALL,
  },
  PASSWD,
  GROUP,
  {
    name: "journal",
    paths: ["/run/log/journal", "/var/log/journal"],
    probe: probeJournal,
    lost: "failed logins, root logins and accepted logins that nobody can forge",
    whenMissing: "no journald of this boot writes files here that can be understood",
    whenForbidden: "add the exporter to the group systemd-journal or adm",
    fallbacks: ["auth_log"],
  },
  {
    name: "auth_log",
    paths: AUTH_LOG_PATHS,
    probe: (root) => probeAuthLog(root),
    lost: "failed logins, root logins and accepted logins from syslog's files",
    whenMissing: "no syslog daemon writes one here",
    whenForbidden: "add the exporter to the group adm",
    coveredBy: ["journal"],
  },
  LASTLOG,
  LASTLOG2,
  WTMP,
  WTMPDB,
] as const satisfies readonly SourceInfo[];

export type SourceName = (typeof SOURCES)[number]["name"];
