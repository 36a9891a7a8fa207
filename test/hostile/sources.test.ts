/**
 * Something else in place of each source, one after the other, while the built executable serves without
 * the JIT, as the service does: the source is broken, with its reason on the page, in the log once and in
 * `doctor`; everything else is served.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { exporter, Serving } from "../helpers/exporter.ts";
import { LASTLOG2_SCHEMA, LoginDatabase, WTMPDB_SCHEMA } from "../helpers/login_database.ts";
import { IMPOSTORS, replace } from "../helpers/impostors.ts";
import type { Metrics } from "../helpers/metrics_text.ts";
import { SmallHost } from "../helpers/small_host.ts";

interface Target {
  /** The value of the label `source`; undefined for a file that only adds to one. */
  source: string | undefined;
  path: string;
  /** Kinds that are as good as the file itself: a lastlog may claim any size. */
  harmless?: readonly string[];
  /** Nothing on this host makes a collection read it. */
  isUnread?: true;
}

/** A row for each file that a user, a group or another program may replace. */
const TARGETS: readonly Target[] = [
  { source: "passwd", path: "/etc/passwd" },
  { source: "group", path: "/etc/group" },
  { source: "utmp", path: "/run/utmp" },
  { source: "lastlog", path: "/var/log/lastlog", harmless: ["20 GB of nothing"] },
  { source: "wtmp", path: "/var/log/wtmp" },
  { source: undefined, path: "/var/log/wtmp.1" },
  { source: "lastlog2", path: "/var/lib/lastlog/lastlog2.db" },
  { source: "wtmpdb", path: "/var/log/wtmp.db" },
  { source: "tcp", path: "/proc/net/tcp" },
  { source: "tcp", path: "/proc/net/tcp6" },
  // Read only where somebody has a desktop of xrdp's: until then the state tells, and not the log.
  { source: "unix", path: "/proc/net/unix", isUnread: true, harmless: ["20 GB of nothing"] },
  { source: undefined, path: "/proc/net/snmp" },
  { source: undefined, path: "/proc/net/sockstat" },
  { source: undefined, path: "/etc/hostname" },
  { source: undefined, path: "/etc/localtime" },
  { source: undefined, path: "/etc/machine-id" },
  { source: undefined, path: "/run/systemd/users/1000" },
  { source: undefined, path: "/run/systemd/sessions/1" },
];

const ENV = { BUN_JSC_useJIT: "0" };
/** Far from what a scrape takes; a hang takes for ever. */
const PATIENCE_MS = 10_000;

let host: SmallHost;
let flags: string[];
let serving: Serving;
let before: Metrics;
let doctorBefore: string;

beforeAll(async () => {
  host = new SmallHost();
  for (const { path } of TARGETS) {
    if (!(await Bun.file(host.folder + path).exists())) host.write(path, "");
  }
  using lastlog2 = new LoginDatabase("/x.db", LASTLOG2_SCHEMA);
  host.write("/var/lib/lastlog/lastlog2.db", await Bun.file(lastlog2.path).bytes());
  using wtmpdb = new LoginDatabase("/x.db", WTMPDB_SCHEMA);
  host.write("/var/log/wtmp.db", await Bun.file(wtmpdb.path).bytes());
  flags = [`--path.rootfs=${host.folder}`, `--path.procfs=${host.folder}/proc`];
  doctorBefore = await doctor();
  serving = await Serving.start(["--web.listen-address=127.0.0.1:0", ...flags], { env: ENV });
  await serving.ready();
  before = await serving.scrape();
});

afterAll(async () => {
  await serving.end();
  host[Symbol.dispose]();
});

async function doctor(): Promise<string> {
  const words = ["doctor", "--json", ...flags];
  const { stdout } = await exporter(words, { env: ENV, timeoutMs: PATIENCE_MS });
  return stdout;
}

const available = (metrics: Metrics) =>
  Object.fromEntries(
    metrics.samples
      .filter(({ name }) => name === "user_sessions_source_available")
      .map(({ labels, value }) => [labels["source"]!, value]),
  );

/** The lines of the log that tell of a fault. */
const complaints = () =>
  serving.running.printed.split("\n").filter((line) => /level=(WARN|ERROR)/.test(line));

describe.each([...TARGETS])("in place of $path", ({ source, path, harmless = [], isUnread }) => {
  test.each([...IMPOSTORS])("$name", async (impostor) => {
    const { name, says } = impostor;
    const restore = replace(host.folder + path, impostor);
    try {
      const isBroken = source !== undefined && !harmless.includes(name);
      const told = complaints().length;
      const signal = AbortSignal.timeout(PATIENCE_MS);
      for (let scrape = 0; scrape < 3; scrape++) {
        const metrics = await serving.scrape();
        expect(metrics.value("user_sessions_up")).toBe(1);
        const expected = available(before);
        if (isBroken) expected[source] = 0;
        expect(available(metrics)).toEqual(expected);
      }
      expect((await serving.get("/-/healthy", { signal })).status).toBe(200);
      const page = await serving.get("/", { signal });
      expect(page.status).toBe(200);
      const added = complaints().slice(told);
      if (!isBroken) {
        expect(added).toEqual([]);
        expect(await doctor()).toBe(doctorBefore);
        return;
      }
      expect(added.filter((line) => line.includes(source))).toHaveLength(isUnread ? 0 : 1);
      expect(added).toHaveLength(isUnread ? 0 : 1);
      expect(await page.text()).toMatch(says);
      const rows = JSON.parse(await doctor()) as Record<string, string>[];
      const row = rows.find((each) => each["source"] === source)!;
      expect(row["state"]).toBe("broken");
      expect(row["detail"]).toMatch(says);
      expect(row["remedy"]).not.toContain("chmod");
    } finally {
      restore();
    }
    expect(available(await serving.scrape())).toEqual(available(before));
  });
});
