import { mkdirSync, writeFileSync } from "node:fs";
import { exposition } from "../helpers/exporter.ts";
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
    const { text } = await exposition([`--path.rootfs=${tree.path}`]);
    const types = Array.from(text.matchAll(/^# TYPE (\S+) (\S+)$/gm), (match) => ({
      name: match[1]!,
      type: match[2]!,
    }));
    return {
      names: new Set(types.map(({ name }) => name)),
      counters: new Set(types.filter(({ type }) => type === "counter").map(({ name }) => name)),
    };
  } finally {
    tree.dispose();
  }
}

/** The captured hosts have no control groups: one user's slice, with a limit. */
function addSlice(root: string): void {
  const top = `${root}/sys/fs/cgroup`;
  const slice = `${top}/user.slice/user-1000.slice`;
  mkdirSync(slice, { recursive: true });
  mkdirSync(`${root}/proc/self`, { recursive: true });
  writeFileSync(`${root}/proc/self/mountinfo`, `30 1 0:26 / ${top} rw - cgroup2 cgroup2 rw\n`);
  const files = {
    "cpu.stat": "usage_usec 3000000\n",
    "memory.current": "1048576\n",
    "memory.max": "2097152\n",
    "memory.events": "low 0\nhigh 0\nmax 0\noom 0\noom_kill 0\n",
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(`${slice}/${name}`, text);
}
