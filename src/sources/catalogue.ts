/** Every OS source by name: where it is, what is lost without it, and how it can be had. */

import { probeJournal } from "./logs/journal/probe.ts";
import type { Root } from "./root.ts";

export interface SourceInfo {
  /** The value of the label `source`. */
  name: string;
  /** Where it may be, in the order in which it is looked for; below /proc where it begins so. */
  paths: readonly string[];
  /** Where opening one of the paths would not tell enough: gives what can be read, throws why nothing can. */
  probe?: (root: Root) => string;
  /** What the exporter can't tell without it. */
  lost: string;
  /** Why it may be missing, and what to do where that is no good. */
  whenMissing: string;
  /** What gives the exporter the right to read it. */
  whenForbidden: string;
  /** Sources one of which is as good: where it can be read, nothing is lost. */
  coveredBy?: readonly string[];
  /** Sources that took its place on other systems: where one is there, it is no fault that this one is not. */
  replacedBy?: readonly string[];
}

const HIDEPID =
  "it is mounted with hidepid: add the exporter to the group of its gid= option, or give it CAP_SYS_PTRACE";
const READABLE_BY_ALL = "it should be readable by all: chmod a+r";
const NAMESPACE =
  "run the exporter in the host's network namespace, with all of /proc (no ProcSubset=pid)";
const NOT_MOUNTED = "it is not where the exporter looks: mount the host's / at --path.rootfs";

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
    lost: "when terminals were last typed on",
    whenMissing: NOT_MOUNTED,
    whenForbidden: READABLE_BY_ALL,
  },
  {
    name: "passwd",
    paths: ["/etc/passwd"],
    lost: "names of local users: uids stand in their place",
    whenMissing: NOT_MOUNTED,
    whenForbidden: READABLE_BY_ALL,
  },
  {
    name: "group",
    paths: ["/etc/group"],
    lost: "primary groups of users",
    whenMissing: NOT_MOUNTED,
    whenForbidden: READABLE_BY_ALL,
  },
  {
    name: "journal",
    paths: ["/run/log/journal", "/var/log/journal"],
    probe: probeJournal,
    lost: "failed logins, root logins and accepted logins that nobody can forge",
    whenMissing:
      "no journald of this boot writes files here that can be understood; the auth log is read instead",
    whenForbidden: "add the exporter to the group systemd-journal or adm",
  },
  {
    name: "auth_log",
    paths: ["/var/log/auth.log", "/var/log/secure", "/var/log/messages"],
    lost: "failed logins, root logins and accepted logins from syslog's files",
    whenMissing: "no syslog daemon writes one here",
    whenForbidden: "add the exporter to the group adm",
    coveredBy: ["journal"],
  },
  {
    name: "lastlog",
    paths: ["/var/log/lastlog"],
    lost: "last logins from before the exporter was started",
    whenMissing: "normal where lastlog2 or wtmpdb has taken its place",
    whenForbidden: READABLE_BY_ALL,
    replacedBy: ["lastlog2", "wtmp", "wtmpdb"],
  },
  {
    name: "lastlog2",
    paths: ["/var/lib/lastlog/lastlog2.db"],
    lost: "last logins from before the exporter was started",
    whenMissing: "normal where libpam-lastlog2 is not installed",
    whenForbidden: READABLE_BY_ALL,
    replacedBy: ["lastlog", "wtmp", "wtmpdb"],
  },
  {
    name: "wtmp",
    paths: ["/var/log/wtmp"],
    lost: "last logins that lastlog does not have",
    whenMissing: "normal where wtmpdb has taken its place",
    whenForbidden: READABLE_BY_ALL,
    replacedBy: ["lastlog", "lastlog2", "wtmpdb"],
  },
  {
    name: "wtmpdb",
    paths: ["/var/log/wtmp.db", "/var/lib/wtmpdb/wtmp.db"],
    lost: "last logins that lastlog does not have",
    whenMissing: "normal where libpam-wtmpdb is not installed",
    whenForbidden: READABLE_BY_ALL,
    replacedBy: ["lastlog", "lastlog2", "wtmp"],
  },
] as const satisfies readonly SourceInfo[];

export type SourceName = (typeof SOURCES)[number]["name"];
