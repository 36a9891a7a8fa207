import { writeOutput } from "../../standard_streams.ts";
import { type SessionEntry, sessionsDocument } from "../../collectors/sessions_document.ts";
import { Snapshot } from "../../collectors/runtime/snapshot.ts";
import type { Config } from "../../config.ts";
import { formatDuration, formatTime } from "../../format.ts";
import { cleanLabel } from "../../metrics/labels.ts";
import { knowsSessions } from "../../model/sessions/processes.ts";
import { readLoadAverages } from "../../sources/proc/loadavg.ts";
import { setUp } from "../setup.ts";
import { table } from "../table.ts";

const HEADINGS = ["USER", "TYPE", "TTY", "FROM", "SINCE", "IDLE", "WHAT"];

/** Prints the sessions as a table below a line like w's, or as JSON with the names of the metrics' labels. */
export async function printSessions(config: Config, asJson: boolean): Promise<void> {
  const { host, log } = setUp(config);
  const snapshot = new Snapshot(host);
  const sessions = await sessionsDocument(snapshot);
  if (!knowsSessions(await snapshot.hostIndex())) {
    log.warn("Nothing here tells of sessions: the command doctor says why");
  }
  const nowSeconds = Date.now() / 1000;
  const { bootTimeSeconds } = await snapshot.machine();
  const summary = {
    nowSeconds,
    upSeconds: nowSeconds - bootTimeSeconds,
    loadAverages: readLoadAverages(host.root),
  };
  const text = asJson
    ? JSON.stringify(sessions, null, 2)
    : `${summaryLine(summary, sessions)}\n${table(
        HEADINGS,
        sessions.map((session) => toRow(session, nowSeconds)),
      )}`;
  writeOutput(`${text}\n`);
}

export interface HostSummary {
  nowSeconds: number;
  upSeconds: number;
  loadAverages: readonly string[] | undefined;
}

/** `2026-11-23 14:46 up 3d 4h, 2 users, 5 sessions, load average: 0.10, 0.20, 0.30` */
export function summaryLine(
  { nowSeconds, upSeconds, loadAverages }: HostSummary,
  sessions: readonly SessionEntry[],
): string {
  const users = new Set(sessions.map(({ username }) => username)).size;
  const parts = [
    `${formatTime(nowSeconds)} up ${formatDuration(upSeconds)}`,
    count(users, "user"),
    count(sessions.length, "session"),
  ];
  if (loadAverages) parts.push(`load average: ${loadAverages.join(", ")}`);
  return parts.join(", ");
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

export function toRow(session: SessionEntry, nowSeconds: number): string[] {
  const start = session.start_timestamp_seconds;
  const lastInput = session.last_input_timestamp_seconds;
  return [
    cleanLabel(session.username),
    session.session_type,
    cleanLabel(session.tty) || "-",
    cleanLabel(session.from_ip) || "-",
    start === null ? "-" : formatTime(start),
    lastInput === null ? "-" : formatDuration(nowSeconds - lastInput),
    cleanLabel(session.foreground_process ?? "") || "-",
  ];
}
