/** Every OS source by name: where it is, what is lost without it, and how it can be had. */
import {
  closeSync,
  constants,
  openSync,
  readSync,
  readdirSync,
  readlinkSync,
  statSync,
} from "node:fs";
import type { Root } from "./root.ts";

export interface SourceInfo {
  /** The value of the label `source`. */
  name: string;
  /** Where it may be, in the order in which it is looked for; below /proc where it begins so. */
  paths: readonly string[];
  /** For a folder: which files, one level further down, one of which must be readable. */
  files?: RegExp;
  /** What the exporter can't tell without it. */
  lost: string;
  /** Why it may be missing, and how it can be had. */
  remedy: string;
}

export type SourceState =
  | { available: true; path: string }
  | { available: false; path: string; reason: "missing" | "forbidden" };

export const SOURCES = [
  {
    name: "proc",
    paths: ["/proc/1/stat"],
    lost: "CPU, memory and processes of other users; sessions are believed unchecked",
    remedy:
      "/proc is mounted with hidepid: add the exporter to the group of its gid= option, or give it CAP_SYS_PTRACE",
  },
  {
    name: "proc_fd",
    paths: ["/proc/1/fd", "/proc/1/fdinfo"],
    lost: "addresses of SSH sessions that neither logind nor utmp records",
    remedy: "run as root, or give it CAP_SYS_PTRACE; hosts with logind need neither",
  },
  {
    name: "tcp",
    paths: ["/proc/net/tcp"],
    lost: "SSH and VNC connections, VNC sessions",
    remedy: "run it in the host's network namespace, with all of /proc (no ProcSubset=pid)",
  },
  {
    name: "unix",
    paths: ["/proc/net/unix"],
    lost: "RDP sessions",
    remedy: "run it in the host's network namespace, with all of /proc (no ProcSubset=pid)",
  },
  {
    name: "logind",
    // The folder of sessions can be left over, or made by a package; a seat is there while logind runs.
    paths: ["/run/systemd/seats/seat0"],
    lost: "console and graphical sessions, addresses of SSH sessions without a terminal",
    remedy: "systemd-logind (libpam-systemd) or elogind writes it",
  },
  {
    name: "utmp",
    paths: ["/run/utmp"],
    lost: "sessions on hosts without logind",
    remedy: "normal on Debian 13 and later, which have none; logind takes its place",
  },
  {
    name: "tty",
    paths: ["/dev/pts"],
    lost: "when terminals were last typed on",
    remedy: "mount the host's /dev/pts where the exporter looks for it",
  },
  {
    name: "passwd",
    paths: ["/etc/passwd"],
    lost: "names of local users: uids stand in their place",
    remedy: "the file is missing below --path.rootfs, or not readable by all as it should be",
  },
  {
    name: "group",
    paths: ["/etc/group"],
    lost: "primary groups of users",
    remedy: "the file is missing below --path.rootfs, or not readable by all as it should be",
  },
  {
    name: "journal",
    paths: ["/run/log/journal", "/var/log/journal"],
    files: /^system.*\.journal$/,
    lost: "failed logins, root logins and accepted logins that nobody can forge",
    remedy: "add the exporter to the group systemd-journal or adm; without it the auth log is read",
  },
  {
    name: "auth_log",
    paths: ["/var/log/auth.log", "/var/log/secure", "/var/log/messages"],
    lost: "failed logins, root logins and accepted logins from syslog's files",
    remedy: "add the exporter to the group adm; normal where only the journal is kept",
  },
  {
    name: "lastlog",
    paths: ["/var/log/lastlog"],
    lost: "last logins from before the exporter was started",
    remedy: "normal where lastlog2 or wtmpdb has taken its place",
  },
  {
    name: "lastlog2",
    paths: ["/var/lib/lastlog/lastlog2.db"],
    lost: "last logins from before the exporter was started",
    remedy: "normal where libpam-lastlog2 is not installed",
  },
  {
    name: "wtmp",
    paths: ["/var/log/wtmp"],
    lost: "last logins that lastlog does not have",
    remedy: "normal where wtmpdb has taken its place",
  },
  {
    name: "wtmpdb",
    paths: ["/var/log/wtmp.db", "/var/lib/wtmpdb/wtmp.db"],
    lost: "last logins that lastlog does not have",
    remedy: "normal where libpam-wtmpdb is not installed",
  },
] as const satisfies readonly SourceInfo[];

export type SourceName = (typeof SOURCES)[number]["name"];

/** The place of one of a source's paths below a root. */
export function sourcePath(root: Root, path: string): string {
  return path.startsWith("/proc/") ? root.proc(path.slice("/proc/".length)) : root.path(path);
}

/** Looks whether a source can be read, by opening it; the first of its paths that can be wins. */
export function probeSource(root: Root, { paths, files }: SourceInfo): SourceState {
  let state: SourceState | undefined;
  for (const path of paths) {
    const probed = probePath(sourcePath(root, path), files);
    if (probed.available) return probed;
    if (!state || probed.reason === "forbidden") state = probed;
  }
  return state!;
}

function probePath(path: string, files: RegExp | undefined): SourceState {
  try {
    if (files) openAnyBelow(path, files);
    else if (!statSync(path).isDirectory()) open(path);
    else followOneOf(path, readdirSync(path));
    return { available: true, path };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const isMissing = code === "ENOENT" || code === "ENOTDIR" || code === "ESRCH";
    return { available: false, path, reason: isMissing ? "missing" : "forbidden" };
  }
}

/** Some files of /proc can be opened by everybody, and read by few. */
function open(path: string): void {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    readSync(fd, Buffer.alloc(1), 0, 1, 0);
  } finally {
    closeSync(fd);
  }
}

/** The names of another process's files can be listed with less privilege than followed. */
function followOneOf(folder: string, names: string[]): void {
  const first = names[0];
  if (first === undefined) return;
  if (folder.endsWith("/fd")) readlinkSync(`${folder}/${first}`);
  if (folder.endsWith("/fdinfo")) open(`${folder}/${first}`);
}

/** @throws the error of the last file that can't be opened, ENOENT when there is none */
function openAnyBelow(folder: string, files: RegExp): void {
  let failure: unknown = Object.assign(new Error("no such file"), { code: "ENOENT" });
  for (const name of readdirSync(folder)) {
    try {
      const file = readdirSync(`${folder}/${name}`).find((entry) => files.test(entry));
      if (file === undefined) continue;
      open(`${folder}/${name}/${file}`);
      return;
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}
