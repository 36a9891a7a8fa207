/** What a user costs: CPU by the kernel's own account of the user's slice, the rest by ps and getent. */
import { compareSessions } from "../compare.ts";
import { remoteCommand } from "../clients/ssh_clients.ts";
import type { Observation, Process, SliceCpu } from "../observation.ts";
import { type Scene, observe, observeUntil } from "../scene.ts";

const CPUS = 2;

export const usage = {
  name: "usage",
  async run(scene: Scene): Promise<void> {
    const { check, host, truth } = scene;
    const uid = Number(await host.control.sh("id -u alice"));
    const burning = truth.add(await remoteCommand(scene, "alice"));
    await host.control.sh(`systemd-run --quiet --unit=e2e_burn --slice=user-${uid}.slice \\
      --uid=alice sh -c 'while :; do :; done'`);
    await Bun.sleep(2_000);
    const before = await observe(scene);
    await Bun.sleep(10_000);
    const after = await observe(scene);
    const name = "user_sessions_cpu_seconds_total";
    const seconds = ({ metrics }: Observation) => metrics.value(name, { username: "alice" }) ?? NaN;
    const grown = seconds(after) - seconds(before);
    // On a slow host much is used while the exporter answers.
    const least = growth(before.cpuAfter, after.cpuBefore, uid);
    const most = growth(before.cpuBefore, after.cpuAfter, uid);
    const used = (least.seconds + most.seconds) / 2;
    const unknown = (most.seconds - least.seconds) / 2;
    check.near("cpu_seconds_total of alice", used, grown, unknown + 0.1 * used + 0.3);
    const ratio = after.metrics.value("user_sessions_cpu_ratio", { username: "alice" });
    check.near("cpu_ratio of alice", most.ratio, ratio, 0.1);
    await host.control.sh("systemctl stop e2e_burn");
    await truth.close(burning);
    await compareSessions(scene);
    const seen = await compareProcesses(scene, ["alice", "bob"]);
    await compareUser(scene, seen, ["alice", "root"]);
  },
};

function growth(from: SliceCpu, to: SliceCpu, uid: number) {
  const seconds = (to.byUid.get(uid) ?? NaN) - (from.byUid.get(uid) ?? NaN);
  return { seconds, ratio: seconds / (to.timeSeconds - from.timeSeconds) / CPUS };
}

function processesOf({ processes }: Observation, name: string): Process[] {
  return processes.filter(({ user }) => user === name);
}

function perUser({ metrics }: Observation, name: string, username: string): number | undefined {
  return metrics.value(`user_sessions_${name}`, { username });
}

/** Processes and memory, by ps, of all these users. */
export async function compareProcesses(
  scene: Scene,
  users: readonly string[],
): Promise<Observation> {
  // Between the scrape and ps a process may come or go.
  const seen = await observeUntil(scene, (now) =>
    users.every((user) => processesOf(now, user).length === perUser(now, "process_count", user)),
  );
  for (const user of users) compareProcessesOf(scene, seen, user);
  return seen;
}

function compareProcessesOf({ check }: Scene, seen: Observation, user: string): void {
  const own = processesOf(seen, user);
  check.equal(`process_count of ${user}`, own.length, perUser(seen, "process_count", user));
  const megabytes = own.reduce((sum, { rssBytes }) => sum + rssBytes, 0) / 1e6;
  const bytes = perUser(seen, "memory_bytes", user);
  const seenMegabytes = bytes === undefined ? undefined : bytes / 1e6;
  check.near(`memory_bytes of ${user}, MB`, megabytes, seenMegabytes, 0.05 * megabytes + 1);
}

/** user_info of everybody who has a series, by getent. */
export async function compareUser(
  { check, host }: Scene,
  seen: Observation,
  users: readonly string[],
): Promise<void> {
  const infos = seen.metrics.series("user_sessions_user_info").map(({ labels }) => labels);
  const named = seen.metrics.samples.flatMap(({ labels }) => labels["username"] ?? []);
  const without = [...new Set(named)].filter((n) => !infos.some((i) => i["username"] === n));
  check.equal("users without user_info", [], without);
  for (const name of users) {
    const passwd = (await host.control.sh(`getent passwd ${name}`)).trim().split(":");
    const group = (await host.control.sh(`id -gn ${name}`)).trim();
    const expected = [passwd[4]!.split(",")[0], passwd[2], group].join(" ");
    const info = infos.find(({ username }) => username === name);
    const shown = [info?.["real_name"], info?.["uid"], info?.["primary_group"]].join(" ");
    check.equal(`user_info of ${name}`, expected, shown);
  }
}
