/** What `doctor` says with the service's rights, and what ordinary tools can read with the same. */
import { type Scene, observe } from "./scene.ts";
import { inTwin } from "./twin.ts";

/** The state of each source by name: ok, missing, forbidden. */
export type States = Record<string, string>;

/**
 * Compares the doctor's states, and those of source_available, with what tools can read.
 *
 * @returns the doctor's
 */
export async function compareSources(scene: Scene): Promise<States> {
  const { check } = scene;
  const expected = await readable(scene);
  const says = await doctor(scene);
  const named = (states: States, state: string) =>
    Object.keys(states)
      .filter((name) => states[name] === state)
      .sort();
  for (const state of ["ok", "forbidden", "missing"]) {
    check.equal(`doctor: ${state}`, named(expected, state), named(says, state));
  }
  const { metrics } = await observe(scene);
  const available = metrics
    .series("user_sessions_source_available")
    .filter(({ value }) => value === 1)
    .map(({ labels }) => labels["source"]!);
  check.equal("source_available", named(expected, "ok"), available.sort());
  return says;
}

async function doctor(scene: Scene): Promise<States> {
  const output = await inTwin(scene, "/usr/bin/user_sessions_exporter doctor || true");
  const states = output.matchAll(/^(ok|missing|forbidden|broken) +(\w+) +\//gm);
  return Object.fromEntries([...states].map(([, state, name]) => [name!, state!]));
}

/** Where each source is, and the command that only works for who may read it. */
const SOURCES: readonly (readonly [name: string, path: string, read: string])[] = [
  ["proc", "/proc/1/stat", "head -c1 /proc/1/stat"],
  ["proc_fd", "/proc/1/fd", "ls -l /proc/1/fd || head -c1 /proc/1/fdinfo/0"],
  ["tcp", "/proc/net/tcp", "head -c1 /proc/net/tcp"],
  ["unix", "/proc/net/unix", "head -c1 /proc/net/unix"],
  ["logind", "/run/systemd/sessions", "ls /run/systemd/sessions"],
  ["utmp", "/run/utmp", "head -c1 /run/utmp"],
  ["tty", "/dev/pts", "ls /dev/pts"],
  ["passwd", "/etc/passwd", "head -c1 /etc/passwd"],
  ["group", "/etc/group", "head -c1 /etc/group"],
  ["journal", "/var/log/journal", "head -c1 /var/log/journal/*/system.journal"],
  ["auth_log", "/var/log/auth.log", "head -c1 /var/log/auth.log"],
  ["lastlog", "/var/log/lastlog", "head -c1 /var/log/lastlog"],
  ["lastlog2", "/var/lib/lastlog/lastlog2.db", "head -c1 /var/lib/lastlog/lastlog2.db"],
  ["wtmp", "/var/log/wtmp", "head -c1 /var/log/wtmp"],
  ["wtmpdb", "/var/log/wtmp.db", "head -c1 /var/log/wtmp.db"],
];

async function readable(scene: Scene): Promise<States> {
  const tests = SOURCES.map(
    ([name, path, read]) => `if ! [ -e ${path} ]; then echo ${name} missing
elif { ${read}; } > /dev/null 2>&1; then echo ${name} ok
else echo ${name} forbidden; fi`,
  );
  const lines = (await inTwin(scene, tests.join("\n"))).trim().split("\n");
  return Object.fromEntries(lines.map((line) => line.split(" ") as [string, string]));
}
