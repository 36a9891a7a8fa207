import { describe, expect, test } from "bun:test";
import { rmSync } from "node:fs";
import {
  type Family,
  byLabel,
  counter,
  family,
  gauge,
  single,
} from "../../../src/metrics/metric.ts";
import { render } from "../../../src/metrics/render.ts";
import { COLLECTORS, type Collector } from "../../../src/collectors/registry.ts";
import { SOURCES } from "../../../src/sources/catalogue.ts";
import { SmallHost, series } from "../../helpers/small_host.ts";

const good: Collector = {
  name: "good",
  help: "",
  collect: async () => [single(gauge("good", ""), 5)],
};

/** A collector that fails as long as it has something to throw. */
function failing(): Collector & { error: Error | undefined; runs: number } {
  return {
    name: "bad",
    help: "",
    error: new Error("it broke"),
    runs: 0,
    async collect() {
      this.runs++;
      if (this.error) throw this.error;
      return [single(gauge("bad", ""), 7)];
    },
  };
}

/** The series that do not hold times. */
function steady(families: readonly Family[]): string[] {
  return series(families).filter((line) => /^(good|bad|up|collector_success)\{/.test(line));
}

describe("a collector that throws", () => {
  test("costs its own series, and sets its collector_success and up to 0", async () => {
    using host = new SmallHost();
    expect(steady(await host.collection([failing(), good]).collect())).toEqual([
      "good{} 5",
      "collector_success{bad} 0",
      "collector_success{good} 1",
      "up{} 0",
    ]);
  });

  test("one that throws before it awaits anything is no different", async () => {
    using host = new SmallHost();
    const sync: Collector = {
      name: "bad",
      help: "",
      collect: () => {
        throw new Error("at once");
      },
    };
    expect(steady(await host.collection([sync]).collect())).toEqual([
      "collector_success{bad} 0",
      "up{} 0",
    ]);
  });

  test("comes back with its series, and is logged when it begins and ends", async () => {
    using host = new SmallHost();
    const bad = failing();
    const collection = host.collection([bad, good]);
    for (let i = 0; i < 3; i++) await collection.collect();
    bad.error = undefined;
    for (let i = 0; i < 3; i++) expect(steady(await collection.collect())).toContain("up{} 1");
    expect(steady(await collection.collect())).toContain("bad{} 7");
    expect(host.logged).toEqual([
      'level=ERROR msg="collector failed" collector=bad err="it broke"',
      'level=INFO msg="collector works again" collector=bad',
    ]);
  });
});

describe("collections", () => {
  test("that overlap share one; the next one is new", async () => {
    using host = new SmallHost();
    const counted = failing();
    counted.error = undefined;
    const collection = host.collection([counted]);
    const [first, second] = await Promise.all([collection.collect(), collection.collect()]);
    expect(second).toBe(first);
    expect(counted.runs).toBe(1);
    expect(await collection.collect()).not.toBe(first);
    expect(counted.runs).toBe(2);
  });

  test("one collector after the other, each with what those before it gave", async () => {
    using host = new SmallHost();
    const seen: string[][] = [];
    const watching = (name: string): Collector => ({
      name,
      help: "",
      collect: async (_, collected) => {
        seen.push(series(collected));
        return [single(gauge(name, ""), 1)];
      },
    });
    await host.collection([watching("a"), watching("b"), watching("c")]).collect();
    expect(seen).toEqual([[], ["a{} 1"], ["a{} 1", "b{} 1"]]);
  });

  test("tell of every source and of themselves", async () => {
    using host = new SmallHost();
    const families = await host.collection([good]).collect();
    const lines = series(families);
    const sources = lines.filter((line) => line.startsWith("source_available{"));
    expect(sources).toHaveLength(SOURCES.length);
    expect(sources).toContain("source_available{utmp} 1");
    expect(sources).toContain("source_available{logind} 0");
    expect(lines).toContain("exporter_build_info{1|r|b} 1");
    const duration = families.find(({ definition }) =>
      definition.name.endsWith("scrape_duration_seconds"),
    )!;
    expect(duration.samples[0]!.value).toBeGreaterThan(0);
    expect(duration.samples[0]!.value).toBeLessThan(5);
  });
});

describe("all collectors on a small host", () => {
  test("show both users", async () => {
    using host = new SmallHost();
    const lines = series(await host.collection(COLLECTORS).collect());
    expect(lines).toContain("up{} 1");
    expect(lines).toContain("logged_in_users{} 2");
    expect(lines).toContain("session_active{alice|pts/0||terminal} 1");
    expect(lines).toContain("session_active{bob|pts/1||terminal} 1");
    expect(lines).toContain("memory_bytes{alice} 40960");
    expect(lines).toContain("process_count{root} 1");
    expect(lines).toContain("user_info{bob|Bob|1001|users} 1");
    // The session is newer than what wtmp has.
    expect(lines).toContain("last_login_timestamp_seconds{alice} 1700000500");
    expect(lines).toContain("ssh_connections{} 0");
    expect(host.logged.filter((line) => !line.startsWith("level=DEBUG"))).toEqual([]);
  });

  test("do not show an excluded user anywhere", async () => {
    using host = new SmallHost();
    const lines = series(await host.collection(COLLECTORS, ["bob", "root"]).collect());
    expect(lines.filter((line) => /\b(bob|root|Bob)\b/.test(line))).toEqual([]);
    expect(lines).toContain("logged_in_users{} 1");
    expect(lines).toContain("memory_bytes{alice} 40960");
  });

  test("the first collection has no CPU ratio, for it has nothing to compare with", async () => {
    using host = new SmallHost();
    const collection = host.collection(COLLECTORS);
    expect(series(await collection.collect()).join("\n")).not.toContain("cpu_ratio");
    expect(series(await collection.collect())).toContain("cpu_ratio{alice} 0");
  });

  test("without the TCP table there are no connection counts, and the rest goes on", async () => {
    using host = new SmallHost();
    await Bun.file(`${host.folder}/proc/net/tcp`).delete();
    const lines = series(await host.collection(COLLECTORS).collect());
    expect(lines.join("\n")).not.toContain("_connections{");
    expect(lines).toContain("session_active{alice|pts/0||terminal} 1");
    expect(lines).toContain("up{} 1");
  });
});

describe("where processes are hidden", () => {
  test("without utmp and logind nothing is said of sessions, and never of VNC servers", async () => {
    using host = new SmallHost();
    host.write("/proc/1/stat", ""); // hidepid: nothing of another user can be read.
    const withUtmp = series(await host.collection(COLLECTORS).collect());
    expect(withUtmp).toContain("logged_in_users{} 2");
    expect(withUtmp).toContain("ssh_connections{} 0");
    expect(withUtmp.filter((line) => /^(vnc|remote)_connections/.test(line))).toEqual([]);
    rmSync(`${host.folder}/run/utmp`);
    const lines = series(await host.collection(COLLECTORS).collect());
    expect(lines.filter((line) => /^(session_|logged_in_users)/.test(line))).toEqual([]);
    expect(lines).toContain("up{} 1");
  });
});

/** A collector of one metric that counts its runs, and waits for what it is told. */
function counting(name: string, wait: () => Promise<unknown> = async () => undefined) {
  return {
    name,
    help: "",
    runs: 0,
    async collect() {
      this.runs++;
      await wait();
      return [single(gauge(name, ""), this.runs)];
    },
  };
}

const only = (...names: string[]) => ({ collectors: new Set(names) });

/** The series of the collectors and of what is said of them. */
function told(families: readonly Family[]): string[] {
  const lines = series(families);
  return lines.filter((line) => /^([abc]|up|collector_success|series)\{/.test(line));
}

describe("a collector that makes what can't be rendered", () => {
  test.each<[string, () => Family[]]>([
    ["NaN", () => [single(gauge("b", ""), Number.NaN)]],
    ["a negative counter", () => [single(counter("b_total", ""), -1)]],
    ["another's metric", () => [single(gauge("a", ""), 1)]],
    [
      "a series twice",
      () => [
        byLabel(gauge("b", "", "x"), [
          ["1", 1],
          ["1", 2],
        ]),
      ],
    ],
    ["an unknown label", () => [family<string>(gauge("b", ""), [{ labels: { y: "" }, value: 1 }])]],
  ])("%s: only that collector is lost", async (_, made) => {
    using host = new SmallHost();
    const bad: Collector = { name: "b", help: "", collect: async () => made() };
    const families = await host.collection([counting("a"), bad, counting("c")]).collect();
    expect(told(families)).toEqual([
      "a{} 1",
      "c{} 1",
      "collector_success{a} 1",
      "collector_success{b} 0",
      "collector_success{c} 1",
      "series{a} 1",
      "series{b} 0",
      "series{c} 1",
      "up{} 0",
    ]);
    expect(await render(families, "text")).toContain("user_sessions_up 0\n");
  });
});

describe("a deadline", () => {
  test("what is not done by then is absent; the next collection starts afresh", async () => {
    using host = new SmallHost();
    let hangs = true;
    const never = new Promise(() => {});
    const hanging = counting("b", () => (hangs ? never : Promise.resolve()));
    const last = counting("c");
    const collection = host.collection([counting("a"), hanging, last]);
    const late = await collection.collect({ limitMs: 20 });
    expect(told(late).filter((line) => !line.startsWith("series"))).toEqual([
      "a{} 1",
      "collector_success{a} 1",
      "collector_success{b} 0",
      "collector_success{c} 0",
      "up{} 0",
    ]);
    expect(last.runs).toBe(0);
    hangs = false;
    expect(told(await collection.collect())).toContain("up{} 1");
    expect(host.logged).toEqual([
      'level=ERROR msg="collector failed" collector=b err="not done within 0.02 s"',
      'level=ERROR msg="collector failed" collector=c err="not done within 0.02 s"',
      'level=INFO msg="collector works again" collector=b',
      'level=INFO msg="collector works again" collector=c',
    ]);
  });

  test("a scraper in a hurry does not wait for one that has time", async () => {
    using host = new SmallHost();
    const { promise, resolve } = Promise.withResolvers<void>();
    const collection = host.collection([counting("a", () => promise)]);
    const patient = collection.collect();
    expect(told(await collection.collect({ limitMs: 10 }))).toContain("up{} 0");
    resolve();
    expect(told(await patient)).toContain("up{} 1");
  });

  test("a scraper that has time gets everything beside ones that are in a hurry", async () => {
    using host = new SmallHost();
    const sharing: Collector = {
      ...counting("b"),
      // Reads more of the host after the deadline of who began.
      collect: async (snapshot) => {
        await Bun.sleep(30);
        await snapshot.tcp();
        return [single(gauge("b", ""), 1)];
      },
    };
    const collection = host.collection([counting("a", () => Bun.sleep(30)), sharing]);
    for (let i = 0; i < 3; i++) {
      const hurried = collection.collect({ limitMs: 40 });
      const patient = collection.collect();
      const again = collection.collect({ limitMs: 40 });
      expect(told(await patient)).toContain("up{} 1");
      await Promise.all([hurried, again]);
    }
  });

  test("a first sample that hangs does not hold up scrapes", async () => {
    using host = new SmallHost();
    let hangs = true;
    const collection = host.collection([
      counting("a", () => (hangs ? new Promise(() => {}) : Promise.resolve())),
    ]);
    void collection.prime();
    expect(told(await collection.collect({ limitMs: 10 }))).toContain("up{} 0");
    hangs = false;
  });
});

describe("filters", () => {
  test("only what is asked for runs, and is told of", async () => {
    using host = new SmallHost();
    const [a, b] = [counting("a"), counting("b")];
    const families = await host.collection([a, b]).collect(only("b"));
    expect(told(families)).toEqual(["b{} 1", "collector_success{b} 1", "series{b} 1", "up{} 1"]);
    expect(a.runs).toBe(0);
  });

  test("a collector that fails and is not asked for does not count", async () => {
    using host = new SmallHost();
    const collection = host.collection([failing(), counting("a")]);
    expect(told(await collection.collect(only("a")))).toContain("up{} 1");
    expect(told(await collection.collect())).toContain("up{} 0");
  });

  test("overlapping scrapes with other filters share what is read, and no collection", async () => {
    using host = new SmallHost();
    const [a, b] = [counting("a"), counting("b")];
    const collection = host.collection([a, b]);
    const asked = [
      collection.collect(),
      collection.collect(only("b")),
      collection.collect(only("b")),
    ];
    const [all, one, other] = await Promise.all(asked);
    expect(one).toBe(other!);
    expect(one).not.toBe(all!);
    expect([a.runs, b.runs]).toEqual([1, 1]);
    await collection.collect(only("b"));
    expect([a.runs, b.runs]).toEqual([1, 2]);
  });

  test("users names those of the series asked for, and all when it is alone", async () => {
    using host = new SmallHost();
    const collection = host.collection(COLLECTORS);
    const names = async (...asked: string[]) =>
      series(await collection.collect(only(...asked)))
        .filter((line) => line.startsWith("user_info"))
        .map((line) => /\{(\w+)/.exec(line)![1]);
    expect(await names("users", "sessions")).toEqual(["alice", "bob"]);
    expect(await names("users", "connections")).toEqual([]);
    expect(await names("users")).toEqual(["alice", "bob", "root"]);
    const lines = series(await collection.collect(only("users")));
    expect(lines.filter((line) => line.startsWith("collector_success"))).toEqual([
      "collector_success{users} 1",
    ]);
    expect(lines.filter((line) => line.startsWith("memory_bytes"))).toEqual([]);
  });
});
