/** What systemd's slice of each user holds, by the exporter, systemctl and systemd-cgtop at about one moment. */
import { parseMetrics, type Metrics } from "../helpers/metrics_text.ts";
import { EXPORTER_PORT } from "./machine/host.ts";
import type { Scene } from "./scene.ts";

/** systemctl's name of each metric, and how to come to the metric's unit. */
const PROPERTIES: readonly [property: string, metric: string, divisor: number][] = [
  ["MemoryCurrent", "slice_memory_bytes", 1],
  ["TasksCurrent", "slice_tasks", 1],
  ["TasksMax", "slice_tasks_limit", 1],
  ["CPUUsageNSec", "slice_cpu_seconds_total", 1e9],
];

/** What systemd-cgtop shows of them. */
const OF_TOP = ["slice_memory_bytes", "slice_tasks"];

/** A user logs in or out, and memory comes and goes, between two of the readings. */
const ATTEMPTS = 10;

export async function compareSlices(scene: Scene, users: readonly string[]): Promise<void> {
  const { check, host } = scene;
  const ids = await host.control.sh(`for user in ${users.join(" ")}; do id -u $user; done`);
  const byUid = new Map(
    ids
      .trim()
      .split("\n")
      .map((uid, i) => [uid, users[i]!]),
  );
  const differences = { systemctl: ["not compared"], "systemd-cgtop": ["not compared"] };
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const printed = await host.control.sh(
      `show() {
  for user in ${users.join(" ")}; do
    echo "user=$user"
    systemctl show user-$(id -u $user).slice -p ${PROPERTIES.map(([name]) => name).join(",")}
  done
}
top() { systemd-cgtop -b -n 1 --raw --depth=2 user.slice; }
top; echo ===; show; echo ===; curl -s http://127.0.0.1:${EXPORTER_PORT}/metrics; echo ===; show; echo ===; top`,
      240_000,
    );
    const [topBefore = "", before = "", text = "", after = "", topAfter = ""] =
      printed.split("===\n");
    const metrics = parseMetrics(text);
    const shown = parseShown(before);
    differences.systemctl = compare(metrics, shown, parseShown(after));
    const [first, last] = [parseTop(topBefore, byUid), parseTop(topAfter, byUid)];
    // Where a controller is off, systemd-cgtop counts by itself.
    for (const [user, values] of first) {
      for (const name of values.keys()) if (!shown.get(user)?.has(name)) values.delete(name);
    }
    const isOn = [...first.values()].some((values) => values.size > 0);
    differences["systemd-cgtop"] = isOn ? compare(metrics, first, last) : seriesOfTop(metrics);
    if (Object.values(differences).flat().length === 0) break;
  }
  for (const [tool, off] of Object.entries(differences)) check.equal(`slices: ${tool}`, [], off);
}

/** What the exporter says of what systemd-cgtop can tell; nothing, where no controller is on. */
function seriesOfTop(metrics: Metrics): string[] {
  const series = OF_TOP.flatMap((name) => metrics.series(`user_sessions_${name}`));
  return series.map(({ name, labels }) => `${name} of ${labels["username"]}, and no controller`);
}

type Shown = Map<string, Map<string, number>>;

/** The values that lie in neither of the two readings nor between them. */
function compare(metrics: Metrics, before: Shown, after: Shown): string[] {
  const off: string[] = [];
  let compared = 0;
  for (const [user, values] of before) {
    for (const [name, first] of values) {
      const last = after.get(user)?.get(name);
      if (last === undefined) continue;
      const seen = metrics.value(`user_sessions_${name}`, { username: user }) ?? NaN;
      const slack = name === "slice_memory_bytes" ? 0.05 * first : 0.000_001;
      compared++;
      if (seen >= Math.min(first, last) - slack && seen <= Math.max(first, last) + slack) continue;
      off.push(`${name} of ${user}: ${seen}, not ${first} to ${last}`);
    }
  }
  return compared > 0 ? off : ["not compared"];
}

/** By user and metric. What systemctl calls `[not set]` or `infinity` is left out. */
function parseShown(text: string): Shown {
  const shown: Shown = new Map();
  let values = new Map<string, number>();
  for (const line of text.split("\n")) {
    const [, key = "", value = ""] = /^(\w+)=(.*)$/.exec(line) ?? [];
    if (key === "user") shown.set(value, (values = new Map()));
    const property = PROPERTIES.find(([name]) => name === key);
    if (property && /^\d+$/.test(value)) values.set(property[1], Number(value) / property[2]);
  }
  // A limit is a setting, and stands there also where the controller that would hold it is off.
  for (const of of shown.values()) if (!of.has("slice_tasks")) of.delete("slice_tasks_limit");
  return shown;
}

/** The lines `PATH TASKS CPU MEMORY INPUT OUTPUT` of systemd-cgtop; a dash stands for what it does not know. */
function parseTop(text: string, users: ReadonlyMap<string, string>): Shown {
  const shown: Shown = new Map();
  for (const line of text.split("\n")) {
    const [path = "", tasks = "-", , memory = "-"] = line.trim().split(/\s+/);
    const user = users.get(/^\/?user\.slice\/user-(\d+)\.slice$/.exec(path)?.[1] ?? "");
    if (user === undefined) continue;
    const values = new Map<string, number>();
    if (tasks !== "-") values.set("slice_tasks", Number(tasks));
    if (memory !== "-") values.set("slice_memory_bytes", Number(memory));
    shown.set(user, values);
  }
  return shown;
}
