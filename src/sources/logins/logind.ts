/**
 * `/run/systemd/sessions` and `/run/systemd/users`: the sessions and users of systemd-logind and elogind, in one
 * `KEY=VALUE` file each, readable by all. The format is private to logind; the keys read here are the same from systemd
 * 247 to 262.
 */
import { existsSync } from "node:fs";
import { listEntries, listFolder } from "../descriptors.ts";
import { isGone, isShortage } from "../errors.ts";
import { unescapeC } from "../escape.ts";
import { checkFolder, readRegular } from "../regular_file.ts";
import type { Root } from "../root.ts";
import { READABLE_BY_ALL, type SourceInfo } from "../source.ts";

export const LOGIND = {
  name: "logind",
  // The folder of sessions may be left over, or created by a package; a seat exists only while logind runs.
  paths: ["/run/systemd/seats/seat0"],
  parts: {
    sessions: "/run/systemd/sessions",
    users: "/run/systemd/users",
    // One empty file for each user whose manager runs without a login: loginctl(1), enable-linger.
    linger: "/var/lib/systemd/linger",
  },
  lost: "console and graphical sessions, addresses of SSH sessions without a terminal",
  whenMissing: "neither systemd-logind (libpam-systemd) nor elogind runs here",
  whenForbidden: READABLE_BY_ALL,
} as const satisfies SourceInfo;

/** logind's own limit is 8,192 sessions (SessionsMax= of logind.conf(5)). */
const MAX_FILES = 16_384;

/** A session's file has some 600 bytes, and three more for each device of its seat. */
const FILE_LIMIT_BYTES = 64 * 1024;

/** Longest value kept: no host name (RFC 1035), terminal or service has a longer name. */
const MAX_VALUE_LENGTH = 255;

/** Files read before yielding: about 10 ms. */
const YIELD_EVERY = 128;

/** One file of `/run/systemd/sessions`. A missing key is an empty string. */
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
  /** The same in microseconds since boot, time asleep not included. */
  startMonotonicUs: number | undefined;
}

/** Whether logind runs, by its seat: the folder of sessions may be left over. */
export function isLogindRunning(root: Root): boolean {
  return existsSync(root.path(LOGIND.paths[0]));
}

/** @throws the system's error when the folder can't be listed */
export async function readLogindSessions(root: Root): Promise<LogindSession[]> {
  const sessions: LogindSession[] = [];
  for (const [id, text] of await readStateFiles(root.path(LOGIND.parts.sessions))) {
    const session = parseSession(id, text);
    if (session) sessions.push(session);
  }
  return sessions;
}

/**
 * One session by its id.
 *
 * @returns undefined when there is none, or its file can't be read
 */
export function readLogindSession(root: Root, id: string): LogindSession | undefined {
  try {
    const bytes = readRegular(`${root.path(LOGIND.parts.sessions)}/${id}`, FILE_LIMIT_BYTES);
    return parseSession(id, bytes.toString());
  } catch {
    return undefined;
  }
}

/** The login names that logind recorded, by uid, including users of a directory service. */
export async function readLogindUsers(root: Root): Promise<Map<number, string>> {
  const names = new Map<number, string>();
  for (const [uid, text] of await readStateFiles(root.path(LOGIND.parts.users))) {
    // Unlike a session's free text, the name is not escaped: `NAME=EXAMPLE\alice`.
    const name = /^NAME=(.*)$/m.exec(text)?.[1];
    if (name && /^\d+$/.test(uid)) names.set(Number(uid), name);
  }
  return names;
}

/** @returns the session; undefined when the file has no uid or leader, for example while it is being written */
export function parseSession(id: string, content: string): LogindSession | undefined {
  const state = parseState(content);
  const uid = Number(state.get("UID") || NaN);
  const leaderPid = Number(state.get("LEADER") || NaN);
  if (!Number.isInteger(uid) || !Number.isInteger(leaderPid)) return undefined;
  const realtimeMicros = Number(state.get("REALTIME") || NaN);
  const monotonicMicros = Number(state.get("MONOTONIC") || NaN);
  const text = (key: string) => (state.get(key) ?? "").slice(0, MAX_VALUE_LENGTH);
  return {
    id,
    uid,
    leaderPid,
    state: text("STATE"),
    class: text("CLASS"),
    type: text("TYPE"),
    service: text("SERVICE"),
    tty: text("TTY"),
    display: text("DISPLAY"),
    remoteHost: text("REMOTE_HOST"),
    startSeconds: Number.isFinite(realtimeMicros) ? realtimeMicros / 1e6 : undefined,
    startMonotonicUs: Number.isFinite(monotonicMicros) ? monotonicMicros : undefined,
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
 * The number of users whose manager runs without a login.
 *
 * @throws the system's error when the folder can't be listed; a missing one means 0: logind creates it when first
 *    needed
 */
export function countLingeringUsers(root: Root): number {
  try {
    return listFolder(root.path(LOGIND.parts.linger)).filter((name) => !name.startsWith("."))
      .length;
  } catch (error) {
    if (isGone(error)) return 0;
    throw error;
  }
}

/**
 * Reads the regular files of a folder. @returns pairs of name and text. `ID.ref` beside each session is a FIFO that can
 * block for ever when opened, so only regular files are opened. Names with a leading dot are files still being written.
 */
async function readStateFiles(folder: string): Promise<[string, string][]> {
  checkFolder(folder);
  const files: [string, string][] = [];
  for (const [i, entry] of listEntries(folder).entries()) {
    if (files.length >= MAX_FILES) break;
    const { name } = entry;
    if (i % YIELD_EVERY === YIELD_EVERY - 1) await Bun.sleep(0);
    if (!entry.isFile() || name.startsWith(".") || name.endsWith(".ref")) continue;
    try {
      files.push([name, readRegular(`${folder}/${name}`, FILE_LIMIT_BYTES).toString()]);
    } catch (error) {
      if (isShortage(error)) throw error;
      // The session ended after the listing, or the file is not logind's.
    }
  }
  return files;
}
