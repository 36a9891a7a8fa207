/** Compares the sessions that the exporter shows with the truth, and both with what the host's tools say. */
import { missingCounters, seenCounters, trueCounters } from "./counters.ts";
import {
  type Observation,
  sessionLine,
  sessionLines,
  sshTerminals,
  wTerminals,
} from "./observation.ts";
import { type Scene, observeUntil } from "./scene.ts";

const SSH_PORT = 22;
const SECOND_SSH_PORT = 2222;
const VNC_PORT = 5901;

/** A login takes a while on an emulated CPU, and the clocks of host and guest are two. */
const START_TOLERANCE_S = 3;

/** @param withinMs how long it may take until all is as it should be; 20 s without */
export async function compareSessions(scene: Scene, withinMs?: number): Promise<Observation> {
  const { check, truth } = scene;
  const seen = await observeUntil(scene, (now) => isSettled(scene, now), withinMs);
  const value = (name: string) => seen.metrics.value(`user_sessions_${name}`);
  check.equal("session_active", truth.sessions, sessionLines(seen));
  const vnc = truth.connections("vnc");
  check.equal(
    "logged_in_users; ssh_, vnc_, remote_connections",
    [truth.users.length, truth.sshConnections, vnc, truth.sshConnections + vnc],
    ["logged_in_users", "ssh_connections", "vnc_connections", "remote_connections"].map(value),
  );
  const wrong = [...wrongStarts(scene, seen), ...wrongInputs(seen)];
  check.equal("starts and last inputs that are off", [], wrong);
  check.equal("counters", trueCounters(truth), seenCounters(seen));
  compareTools(scene, seen);
  return seen;
}

/** That the test is right about the truth: the same from the host's tools. */
function compareTools({ check, truth }: Scene, seen: Observation): void {
  const count = (port: number) => seen.sockets.filter((s) => s.localPort === port).length;
  const sockets = [count(SSH_PORT), count(SECOND_SSH_PORT), count(VNC_PORT)];
  const opened = [truth.connections("ssh"), truth.connections("ssh2222"), truth.connections("vnc")];
  const terminals = terminalsOf(truth.sessions);
  const titled = truth.opened
    .filter(({ isTitled = true }) => isTitled)
    .flatMap(({ sessions }) => sessions);
  const pts = terminalsOf(titled).filter((line) => line.includes(" pts/"));
  // Without utmp, w lists what logind has, which knows no terminal of an SSH session. With it, w lists
  // the terminals of sudo and tmux too.
  const users = (lines: readonly string[]) => lines.map((line) => line.split(" ")[0]!).sort();
  const listed = wTerminals(seen);
  const [wExpected, wSeen] = seen.hasUtmp
    ? [terminals, listed.filter((line) => terminals.includes(line))]
    : [users(truth.logind), users(listed)];
  check.equal("ss: connections to 22, 2222, 5901", opened, sockets);
  check.equal("loginctl", truth.logind, seen.logind);
  check.equal(
    "ps (sshd's titles); w",
    [...pts, ";", ...wExpected],
    [...sshTerminals(seen), ";", ...wSeen],
  );
}

/** `USER TTY` of those that have a terminal. */
function terminalsOf(sessions: readonly string[]): string[] {
  return sessions
    .map((line) => line.split(" "))
    .filter(([, type]) => type === "terminal")
    .map(([user, , tty]) => `${user} ${tty}`)
    .sort();
}

function isSettled({ truth }: Scene, seen: Observation): boolean {
  return (
    Bun.deepEquals(truth.sessions, sessionLines(seen)) &&
    Bun.deepEquals(trueCounters(truth), seenCounters(seen)) &&
    Bun.deepEquals(truth.logind, seen.logind) &&
    missingCounters(seen).length === 0
  );
}

/** Series that began before the test opened one of theirs or after, and those that should have begun. */
function wrongStarts({ truth }: Scene, seen: Observation): string[] {
  const series = seen.metrics.series("user_sessions_session_start_timestamp_seconds");
  const starts = series.map(({ labels, value }) => ({ line: sessionLine(labels), value }));
  const wrong = starts.filter(
    ({ line, value }) =>
      !truth.opened.some(
        ({ sessions, between: [from, to] = [NaN, NaN] }) =>
          sessions.includes(line) &&
          value >= from - START_TOLERANCE_S &&
          value <= to + START_TOLERANCE_S,
      ),
  );
  const begun = truth.opened.filter(({ between }) => between).flatMap(({ sessions }) => sessions);
  const absent = [...new Set(begun)].filter((line) => !starts.some((start) => start.line === line));
  return [
    ...wrong.map(({ line, value }) => `${line} at ${value}`),
    ...absent.map((line) => `${line} has none`),
  ];
}

function wrongInputs(seen: Observation): string[] {
  const name = "user_sessions_session_last_input_timestamp_seconds";
  const active = seen.metrics.series("user_sessions_session_active", { session_type: "terminal" });
  return active.flatMap(({ labels }) => {
    const tty = labels["tty"]!;
    const value = seen.metrics.value(name, { tty });
    const byStat = seen.lastInput.get(tty);
    return value !== undefined && byStat !== undefined && Math.abs(value - byStat) < 0.01
      ? []
      : [`${tty} ${value}, by stat ${byStat}`];
  });
}
