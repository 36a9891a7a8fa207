/** Login sessions that ended, by the exporter and by journalctl's JSON of the same journal. */
import type { Observation } from "./observation.ts";
import { type Scene, observeUntil } from "./scene.ts";

const STARTED = "8d45620c1a4348dbb17410da57c60c66";
const REMOVED = "3354939424b4456d9802ca8333ed424a";
const NAME = "user_sessions_session_duration_seconds";

interface Ended {
  user: string;
  seconds: number;
}

export interface Since {
  /** What the exporter said at the beginning. */
  before: Observation;
  /** When that was, in seconds since the epoch. */
  since: number;
  /** How often each user logged in since then. */
  users: ReadonlyMap<string, number>;
}

export async function compareEnded(scene: Scene, { before, since, users }: Since): Promise<void> {
  const { check } = scene;
  const ended = await endedByJournal(scene, since);
  const counted = ({ metrics }: Observation) =>
    (metrics.value("user_sessions_sessions_ended_total") ?? NaN) -
    (before.metrics.value("user_sessions_sessions_ended_total") ?? NaN);
  const seen = await observeUntil(scene, (now) => counted(now) === ended.length);
  const grown = (suffix: string, labels = {}) =>
    (seen.metrics.value(NAME + suffix, labels) ?? NaN) -
    (before.metrics.value(NAME + suffix, labels) ?? NaN);
  check.equal("sessions_ended_total", ended.length, counted(seen));
  check.equal("session_duration_seconds_count", ended.length, grown("_count"));
  const sum = ended.reduce((total, { seconds }) => total + seconds, 0);
  check.near("session_duration_seconds_sum", sum, grown("_sum"), 0.001);
  for (const bound of ["1", "10", "60"]) {
    const below = ended.filter(({ seconds }) => seconds <= Number(bound)).length;
    check.equal(
      `session_duration_seconds up to ${bound} s`,
      below,
      grown("_bucket", { le: bound }),
    );
  }
  // That the test is right about the journal: everybody who came has gone again.
  const named = [...users.keys()].sort();
  const gone = (user: string) => ended.filter((one) => one.user === user).length;
  check.equal(
    "journalctl: ended sessions by user",
    named.map((user) => `${user} ${users.get(user)}`),
    named.map((user) => `${user} ${gone(user)}`),
  );
}

/** The sessions that sshd or login opened and that ended since then, each at the first entry that says so. */
async function endedByJournal({ host }: Scene, since: number): Promise<Ended[]> {
  const fields = [
    "_BOOT_ID,_PID,__MONOTONIC_TIMESTAMP,__REALTIME_TIMESTAMP",
    "MESSAGE,MESSAGE_ID,SESSION_ID,LEADER,USER_ID",
  ].join(",");
  const programs = ["systemd-logind", "sshd", "sshd-session", "login"];
  const matches = programs.map((name) => `SYSLOG_IDENTIFIER=${name}`).join(" ");
  const printed = await host.control.sh(
    `journalctl -o json --output-fields=${fields} --no-pager ${matches}`,
  );
  const entries = printed
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Record<string, string>);
  const logins = new Set(
    entries
      .filter(({ MESSAGE }) => /^pam_unix\((?:sshd|login):session\): session opened/.test(MESSAGE!))
      .map((entry) => `${entry["_BOOT_ID"]} ${entry["_PID"]}`),
  );
  const open = new Map<string, number>();
  const ended: Ended[] = [];
  for (const entry of entries) {
    const { MESSAGE = "", MESSAGE_ID, SESSION_ID, LEADER, USER_ID: user } = entry;
    if (SESSION_ID === undefined) continue;
    const key = `${entry["_BOOT_ID"]} ${SESSION_ID}`;
    const micros = Number(entry["__MONOTONIC_TIMESTAMP"]);
    if (MESSAGE_ID === STARTED) {
      if (logins.has(`${entry["_BOOT_ID"]} ${LEADER}`)) open.set(key, micros);
    } else if (MESSAGE_ID === REMOVED || MESSAGE.includes(" logged out. Waiting for ")) {
      const startMicros = open.get(key);
      if (startMicros === undefined) continue;
      open.delete(key);
      if (Number(entry["__REALTIME_TIMESTAMP"]) / 1e6 < since) continue;
      ended.push({ user: user!, seconds: (micros - startMicros) / 1e6 });
    }
  }
  return ended;
}
