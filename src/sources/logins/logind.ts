/**
 * `/run/systemd/sessions` and `/run/systemd/users`: what systemd-logind and elogind know of logins, one
 * `KEY=VALUE` file each, readable by everybody. The format is private to logind; the keys read here are
 * the same from systemd 247 to 262.
 */
import { lstat, readdir } from "node:fs/promises";
import { unescapeC } from "../escape.ts";
import type { Root } from "../root.ts";

const SESSIONS = "/run/systemd/sessions";
const USERS = "/run/systemd/users";

/** One file of `/run/systemd/sessions`. A key that the file lacks is an empty string. */
export interface LogindSession {
  /** A number, or `c1` where auditing is off. */
  id: string;
  uid: number;
  /** `opening`, `online`, `active`, `closing`. */
  state: string;
  /** `user`, `greeter`, `manager` …; empty, before systemd 212, means `user`. */
  class: string;
  /** `tty`, `x11`, `wayland`, `mir`, `web`, `unspecified`. */
  type: string;
  /** The PAM service: `sshd`, `login`, `xrdp-sesman`. */
  service: string;
  tty: string;
  display: string;
  remoteHost: string;
  leaderPid: number;
  /** When it began, in seconds since the epoch; undefined when not recorded. */
  startSeconds: number | undefined;
}

/** @throws the system's error when the folder can't be listed */
export async function readLogindSessions(root: Root): Promise<LogindSession[]> {
  const sessions: LogindSession[] = [];
  for (const [id, text] of await readStateFiles(root.path(SESSIONS))) {
    const session = parseSession(id, text);
    if (session) sessions.push(session);
  }
  return sessions;
}

/** The login names by uid that logind recorded: users of a directory service are among them. */
export async function readLogindUsers(root: Root): Promise<Map<number, string>> {
  const names = new Map<number, string>();
  for (const [uid, text] of await readStateFiles(root.path(USERS))) {
    const name = parseState(text).get("NAME");
    if (name && /^\d+$/.test(uid)) names.set(Number(uid), name);
  }
  return names;
}

/** @returns undefined when the file lacks a uid or a leader, as one that is just being written does */
export function parseSession(id: string, text: string): LogindSession | undefined {
  const state = parseState(text);
  const uid = Number(state.get("UID") || NaN);
  const leaderPid = Number(state.get("LEADER") || NaN);
  if (!Number.isInteger(uid) || !Number.isInteger(leaderPid)) return undefined;
  const realtimeMicros = Number(state.get("REALTIME") || NaN);
  return {
    id,
    uid,
    leaderPid,
    state: state.get("STATE") ?? "",
    class: state.get("CLASS") ?? "",
    type: state.get("TYPE") ?? "",
    service: state.get("SERVICE") ?? "",
    tty: state.get("TTY") ?? "",
    display: state.get("DISPLAY") ?? "",
    remoteHost: state.get("REMOTE_HOST") ?? "",
    startSeconds: Number.isFinite(realtimeMicros) ? realtimeMicros / 1e6 : undefined,
  };
}

/** The keys of a state file. Free text in it is escaped as in C (systemd's cescape). */
export function parseState(text: string): Map<string, string> {
  const state = new Map<string, string>();
  for (const line of text.split("\n")) {
    const equals = line.indexOf("=");
    if (equals > 0 && line[0] !== "#")
      state.set(line.slice(0, equals), unescapeC(line.slice(equals + 1)));
  }
  return state;
}

/**
 * Name and text of the regular files of a folder. `ID.ref` beside each session is a FIFO: opening it
 * can block for ever, so nothing but regular files is opened. Names with a leading dot are files that
 * logind has not finished writing.
 */
async function readStateFiles(folder: string): Promise<[string, string][]> {
  const files: [string, string][] = [];
  for (const name of await readdir(folder)) {
    if (name.startsWith(".") || name.endsWith(".ref")) continue;
    try {
      const path = `${folder}/${name}`;
      if ((await lstat(path)).isFile()) files.push([name, await Bun.file(path).text()]);
    } catch {
      // The session ended between the listing and here.
    }
  }
  return files;
}
