import { writeOutput } from "../../standard_streams.ts";
import { type SessionEntry, sessionsDocument } from "../../collectors/sessions_document.ts";
import { Snapshot } from "../../collectors/runtime/snapshot.ts";
import type { HostState } from "../../collectors/runtime/host_state.ts";
import type { Config } from "../../config.ts";
import { formatDuration, formatTime } from "../../format.ts";
import { cleanLabel } from "../../metrics/labels.ts";
import { knowsSessions } from "../../model/sessions/processes.ts";
import { readLoadAverages } from "../../sources/proc/loadavg.ts";
import { setUp } from "../setup.ts";
import { table } from "../table.ts";
import { parseInterval, watch } from "../watch.ts";

const HEADINGS = ["USER", "TYPE", "TTY", "FROM", "SINCE", "IDLE", "WHAT"];

/**
 * Prints the sessions as a table below a summary line like that of w(1), or as JSON with the names of the metrics'
 * labels.
 *
 * @param args the values of the flags `json`, `watch` and `interval`
 * @throws ConfigError for a bad interval
 */
export async function printSessions(
  config: Config,
  args: Readonly<Record<string, unknown>>,
): Promise<void> {
  const asJson = args["json"] === true;
  const intervalSeconds = parseInterval(String(args["interval"]));
  const { host, log } = setUp(config);
  const first = new Snapshot(host);
  if (!knowsSessions(await first.hostIndex())) {
    log.warn("no source of sessions can be read, see the command doctor");
  }
  if (args["watch"] !== true) {
    const text = asJson ? toJson(await sessionsDocument(first), 2) : await report(host, first);
    writeOutput(text);
    return;
  }
  await watch(async () => {
    const snapshot = new Snapshot(host);
    return asJson ? toJson(await sessionsDocument(snapshot)) : report(host, snapshot);
  }, intervalSeconds);
}

function toJson(sessions: readonly SessionEntry[], indent?: number): string {
  return `${JSON.stringify(sessions, null, indent)}\n`;
}

async function report(host: HostState, snapshot: Snapshot): Promise<string> {
  const sessions = await sessionsDocument(snapshot);
  const nowSeconds = Date.now() / 1000;
  const { bootTimeSeconds } = await snapshot.machine();
  const summary = {
    nowSeconds,
    upSeconds: nowSeconds - bootTimeSeconds,
    loadAverages: readLoadAverages(host.root),
  };
  const rows = sessions.map((session) => toRow(session, nowSeconds));
  return `${summaryLine(summary, sessions)}\n${table(HEADINGS, rows)}\n`;
}

export interface HostSummary {
  nowSeconds: number;
  upSeconds: number;
  loadAverages: readonly string[] | undefined;
}

/** `2026-11-23 14:46 up 3 d 4 h, 2 users, 5 sessions, load average: 0.10, 0.20, 0.30` */
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
