import { exposition } from "../helpers/exporter.ts";
import { openTree } from "../helpers/tree.ts";

/** The metrics that the built exporter shows of a captured host that has every kind of session. */
export interface Exposed {
  names: ReadonlySet<string>;
  counters: ReadonlySet<string>;
}

export async function exposedMetrics(): Promise<Exposed> {
  const tree = openTree("debian12");
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
