import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { authLogLine } from "../helpers/attempt_lines.ts";
import { Serving } from "../helpers/exporter.ts";
import { openTree } from "../helpers/tree.ts";

/** The metrics that the built exporter shows of a captured host that has every kind of session. */
export interface Exposed {
  names: ReadonlySet<string>;
  counters: ReadonlySet<string>;
}

export async function exposedMetrics(): Promise<Exposed> {
  const tree = openTree("debian12");
  addSlice(tree.path);
  try {
    const text = await expositionOf(tree.path);
    const types = Array.from(text.matchAll(/^# TYPE (\S+) (\S+)$/gm), (match) => ({
      name: match[1]!,
      type: match[2]!,
    }));
    const histograms = types.filter(({ type }) => type === "histogram");
    for (const { name } of histograms) {
      for (const suffix of ["_bucket", "_sum", "_count"]) {
        types.push({ name: name + suffix, type: "counter" });
      }
    }
    return {
      names: new Set(types.map(({ name }) => name)),
      counters: new Set(types.filter(({ type }) => type === "counter").map(({ name }) => name)),
    };
  } finally {
    tree.dispose();
  }
}

/** After a login, a sudo and a reload, without which some metrics are absent. */
async function expositionOf(root: string): Promise<string> {
  const webConfig = join(root, "web.yml");
  const environment = join(root, "environment");
  for (const path of [webConfig, environment]) writeFileSync(path, "");
  const serving = await Serving.start([
    "--web.listen-address=127.0.0.1:0",
    `--web.config.file=${webConfig}`,
    `--environment.file=${environment}`,
    `--path.rootfs=${root}`,
  ]);
  try {
    await serving.ready();
    logIn(root, 4001);
    serving.running.signal("SIGHUP");
    await serving.running.says(/"?reloaded"?/);
    return await (await serving.get("/metrics")).text();
  } finally {
    await serving.end();
  }
}

/**
 * Root logs in and out, and alice uses sudo.
 *
 * @param pid of the sshd: a login counts once for each
 */
export function logIn(root: string, pid: number): void {
  const login = "Accepted publickey for root from 192.0.2.7 port 4711 ssh2";
  const opened = "pam_unix(sshd:session): session opened for user root(uid=0) by root(uid=0)";
  const closed = "pam_unix(sshd:session): session closed for user root";
  const use = "   alice : TTY=pts/1 ; PWD=/home/alice ; USER=root ; COMMAND=/usr/bin/true";
  const lines = [
    authLogLine(Date.now(), pid, login, "debian12"),
    authLogLine(Date.now(), pid, opened, "debian12"),
    authLogLine(Date.now(), pid, closed, "debian12"),
    authLogLine(Date.now(), pid + 1, use, "debian12").replace("sshd", "sudo"),
  ];
  appendFileSync(join(root, "var/log/auth.log"), lines.join(""));
}

/** The captured hosts have no control groups: one user's slice, with a limit. */
export function addSlice(root: string): void {
  const top = `${root}/sys/fs/cgroup`;
  const slice = `${top}/user.slice/user-1000.slice`;
  mkdirSync(slice, { recursive: true });
  mkdirSync(`${root}/proc/self`, { recursive: true });
  writeFileSync(`${root}/proc/self/mountinfo`, `30 1 0:26 / ${top} rw - cgroup2 cgroup2 rw\n`);
  const files = {
    "cpu.stat": "usage_usec 3000000\n",
    "pids.current": "40\n",
    "pids.max": "100\n",
    "memory.current": "1048576\n",
    "memory.max": "2097152\n",
    "memory.events": "low 0\nhigh 0\nmax 0\noom 0\noom_kill 0\n",
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(`${slice}/${name}`, text);
}
