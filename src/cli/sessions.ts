import { Scrape } from "../collectors/scrape.ts";
import type { Config } from "../config.ts";
import { cleanLabel } from "../metrics/labels.ts";
import type { Session } from "../model/sessions/session.ts";
import { setUp } from "./setup.ts";
import { table } from "./table.ts";

const HEADINGS = ["USER", "TYPE", "TTY", "FROM", "SINCE", "IDLE"];

/** Prints the sessions as a table, or as JSON with the names of the metrics' labels. */
export async function printSessions(config: Config, asJson: boolean): Promise<void> {
  const { host } = setUp(config);
  const sessions = await new Scrape(host).sessions();
  const text = asJson
    ? JSON.stringify(sessions.map(toJson), null, 2)
    : table(
        HEADINGS,
        sessions.map((session) => toRow(session, Date.now() / 1000)),
      );
  process.stdout.write(`${text}\n`);
}

function toJson(session: Session) {
  return {
    username: session.user,
    session_type: session.type,
    tty: session.tty,
    from_ip: session.fromIp,
    start_timestamp_seconds: session.startSeconds ?? null,
    last_input_timestamp_seconds: session.lastInputSeconds ?? null,
  };
}

export function toRow(session: Session, nowSeconds: number): string[] {
  const { startSeconds, lastInputSeconds } = session;
  return [
    cleanLabel(session.user),
    session.type,
    cleanLabel(session.tty) || "-",
    cleanLabel(session.fromIp) || "-",
    startSeconds === undefined ? "-" : formatTime(startSeconds),
    lastInputSeconds === undefined ? "-" : formatDuration(nowSeconds - lastInputSeconds),
  ];
}

/** Local time to the minute: `2026-11-23 14:46`. */
function formatTime(seconds: number): string {
  const date = new Date(seconds * 1000);
  const two = (value: number) => String(value).padStart(2, "0");
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** The two greatest units: `3d 4h`, `5h 20m`, `7m 3s`, `12s`. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const units: [string, number][] = [
    ["d", Math.floor(whole / 86400)],
    ["h", Math.floor(whole / 3600) % 24],
    ["m", Math.floor(whole / 60) % 60],
    ["s", whole % 60],
  ];
  const first = units.findIndex(([, value]) => value > 0);
  if (first < 0) return "0s";
  return units
    .slice(first, first + 2)
    .map(([unit, value]) => `${value}${unit}`)
    .join(" ");
}
