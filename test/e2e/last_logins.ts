/** When each user was last here, by the host's own tools and by the sessions that are open. */
import type { Observation } from "./observation.ts";
import type { Scene } from "./scene.ts";

/** The first date of a line, as last, lastlog and lastlog2 write it: that of the login. */
const DATE = /\w{3} (\w{3}) +(\d+) (\d\d:\d\d:\d\d)(?: [+-]\d{4})? (\d{4})/;

/** What these tools call a login, and is none: shells of tmux, screen, terminal windows, sudo and su. */
const INSIDE_SESSION = /tmux\(|:pts\/|pts\/\d+ +:\d|\b(sudo|sudo-i|su|su-l)\b/;

/** A login's records are written one after another, and an emulated CPU takes its time. */
const TOLERANCE_S = 4;

/** By what any record has; a tool that the host lacks says nothing. */
export async function compareLastLogins(
  scene: Scene,
  seen: Observation,
  users: readonly string[] = ["alice", "bob", "root"],
): Promise<void> {
  for (const user of users) {
    const printed = await scene.host.control.sh(`export LC_ALL=C TZ=UTC
      { last -F -w -S ${user} || last -F -w ${user}; lastlog -u ${user}; lastlog2 -s -u ${user}; } 2>/dev/null || true`);
    const logins = printed.split("\n").filter((line) => !INSIDE_SESSION.test(line));
    const recorded = Math.max(...logins.map(loginTime));
    const [from, to] = newestOpened(scene, user);
    // Where a login takes long, some of its records are of its beginning, and others of its end.
    const first = Math.max(recorded, from);
    const [newest, unsure] = recorded > to ? [recorded, 0] : [(first + to) / 2, (to - first) / 2];
    const labels = { username: user };
    const value = seen.metrics.value("user_sessions_last_login_timestamp_seconds", labels);
    scene.check.near(
      `last_login_timestamp_seconds of ${user}`,
      newest,
      value,
      unsure + TOLERANCE_S,
    );
  }
}

/** In seconds since the epoch. */
function loginTime(line: string): number {
  const [, month, day, time, year] = DATE.exec(line) ?? [];
  return time === undefined ? 0 : Date.parse(`${day} ${month} ${year} ${time} UTC`) / 1000;
}

/** SSH sessions without a terminal are on no record, but while they are open they are logins too. */
function newestOpened({ truth }: Scene, user: string): readonly [from: number, to: number] {
  const own = truth.opened.filter(({ sessions }) => sessions[0]?.startsWith(`${user} `));
  const times = own.flatMap(({ between }) => (between ? [between] : []));
  return times.sort(([, a], [, b]) => b - a)[0] ?? [0, 0];
}
