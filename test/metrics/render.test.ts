import { describe, expect, test } from "bun:test";
import {
  type Family,
  byLabel,
  counter,
  family,
  gauge,
  histogram,
  observed,
  single,
} from "../../src/metrics/metric.ts";
import { SAMPLES_AT_ONCE, contentType, render } from "../../src/metrics/render.ts";
import { hasTool } from "../helpers/system.ts";

const ACTIVE = family(gauge("session_active", "Active sessions.", "username", "tty"), [
  { labels: { username: "alice", tty: "pts/0" }, value: 1 },
  { labels: { username: 'b"o\\b', tty: "" }, value: 2 },
]);
const FAMILIES: Family[] = [
  ACTIVE,
  byLabel(counter("cpu_seconds_total", "CPU seconds.", "username"), [["alice", 1.5]]),
  single(counter("root_logins_total", "Root logins."), 0),
  single(gauge("start_seconds", "A time."), 1_700_000_000.25),
  single(gauge("unknown", "Not known."), undefined),
];

describe("render", () => {
  test("writes the text format, each metric with help and type", async () => {
    expect(await render(FAMILIES, "text")).toBe(
      `# HELP user_sessions_session_active Active sessions.
# TYPE user_sessions_session_active gauge
user_sessions_session_active{username="alice",tty="pts/0"} 1
user_sessions_session_active{username="b\\"o\\\\b",tty=""} 2

# HELP user_sessions_cpu_seconds_total CPU seconds.
# TYPE user_sessions_cpu_seconds_total counter
user_sessions_cpu_seconds_total{username="alice"} 1.5

# HELP user_sessions_root_logins_total Root logins.
# TYPE user_sessions_root_logins_total counter
user_sessions_root_logins_total 0

# HELP user_sessions_start_seconds A time.
# TYPE user_sessions_start_seconds gauge
user_sessions_start_seconds 1700000000.25
`,
    );
  });

  test("writes OpenMetrics: counters lose _total in their heads only, and the end is marked", async () => {
    const text = await render(FAMILIES, "openmetrics");
    expect(text).toContain("# TYPE user_sessions_cpu_seconds counter\n");
    expect(text).toContain('user_sessions_cpu_seconds_total{username="alice"} 1.5\n');
    expect(text).toContain("user_sessions_root_logins_total 0\n");
    expect(text).not.toContain("_total_total");
    expect(text).not.toContain("\n\n");
    expect(text).toEndWith("\n# EOF\n");
    expect(text.match(/# EOF/g)).toHaveLength(1);
  });

  test("counters keep their names in text after an OpenMetrics rendering, and overlapping ones", async () => {
    const alone = await render(FAMILIES, "text");
    await render(FAMILIES, "openmetrics");
    expect(await render(FAMILIES, "text")).toBe(alone);
    const [text, open] = await Promise.all([
      render(FAMILIES, "text"),
      render(FAMILIES, "openmetrics"),
    ]);
    expect(text).toBe(alone);
    expect(open).toEndWith("# EOF\n");
  });

  test("a metric without samples is not there at all", async () => {
    expect(await render(FAMILIES, "text")).not.toContain("unknown");
    expect(await render([], "openmetrics")).toEndWith("# EOF\n");
    expect((await render([], "text")).trim()).toBe("");
  });

  test("a label value can't break out of its line", async () => {
    const value = 'x"} 9\nuser_sessions_up 0 # \\';
    const text = await render([byLabel(gauge("x", "X.", "username"), [[value, 1]])], "text");
    expect(text.split("\n")).toHaveLength(4);
    expect(text).toContain('username="x\\"} 9\\nuser_sessions_up 0 # \\\\"} 1\n');
  });

  test("help with a backslash or a newline stays one line", async () => {
    const text = await render([single(gauge("x", "one\\two\nthree"), 1)], "text");
    expect(text).toContain("# HELP user_sessions_x one\\\\two\\nthree\n");
  });

  test.each([
    [0, "0"],
    [-0.5, "-0.5"],
    [Number.POSITIVE_INFINITY, "+Inf"],
    [1e21, "1e+21"],
    [1e-7, "1e-7"],
    [0.1 + 0.2, "0.3"],
    [0.350336351 - 0.350306835, "0.000029516"],
    [1795469613.178298, "1795469613.178298"],
    [1.1 * 3, "3.3"],
    [1_700_000_000.123, "1700000000.123"],
    [Number.MAX_SAFE_INTEGER, "9007199254740991"],
    [123_456_789_012_345, "123456789012345"],
  ])("%p is written as %s", async (value, text) => {
    expect(await render([single(gauge("x", "X."), value)], "text")).toContain(`_x ${text}\n`);
  });

  test("thousands of series of one metric are all there", async () => {
    const values = Array.from({ length: 3000 }, (_, i): [string, number] => [`user${i}`, i]);
    const text = await render([byLabel(gauge("x", "X.", "username"), values)], "text");
    expect(text.match(/^user_sessions_x\{/gm)).toHaveLength(3000);
  });
});

const SERIES = 20_000;

describe.each(["text", "openmetrics"] as const)(
  "more samples than are rendered at once, as %s",
  (format) => {
    /** A metric with series enough for five turns; 2,000 users with 100 sessions each have 200,000. */
    const many = (read: () => void) =>
      family(
        gauge("session_active", "Active sessions.", "username", "tty"),
        Array.from({ length: SERIES }, (_, i) => ({
          labels: { username: `user${Math.floor(i / 100)}`, tty: `pts/${i % 100}` },
          get value() {
            read();
            return 1;
          },
        })),
      );
    const others = [
      byLabel(counter("cpu_seconds_total", "CPU seconds.", "username"), [["alice", 1.5]]),
      single(gauge("start_seconds", "A time."), 1_700_000_000.25),
    ];

    test("others have a turn after 4,096 series of one metric, and all are there", async () => {
      let reads = 0;
      let most = 0;
      const yieldTurn = () => {
        most = Math.max(most, reads);
        reads = 0;
        return Promise.resolve();
      };
      const text = await render([others[0]!, many(() => reads++), others[1]!], format, yieldTurn);
      await yieldTurn();
      expect(most).toBeLessThanOrEqual(SAMPLES_AT_ONCE);
      const small = await render(
        [others[0]!, { ...many(() => {}), samples: [] }, others[1]!],
        format,
      );
      const lines = text.split("\n");
      const series = lines.filter((line) => line.startsWith("user_sessions_session_active{"));
      expect(new Set(series).size).toBe(SERIES);
      const at = lines.indexOf(series[0]!);
      expect(lines.indexOf(series.at(-1)!)).toBe(at + SERIES - 1);
      expect(lines.slice(at - 2, at)).toEqual([
        "# HELP user_sessions_session_active Active sessions.",
        "# TYPE user_sessions_session_active gauge",
      ]);
      const gap = format === "text" ? 1 : 0;
      const rest = [...lines.slice(0, at - 2), ...lines.slice(at + SERIES + gap)].join("\n");
      expect(rest).toBe(small);
    });
  },
);

// prom-client's own metric classes would make one series of these two (lib/util.js, fastHashObject).
test("labels that join to the same text stay two series, commas and all", async () => {
  const twins = family(gauge("x", "X.", "a", "b"), [
    { labels: { a: "x,b:y", b: "z" }, value: 1 },
    { labels: { a: "x", b: "y,b:z" }, value: 2 },
  ]);
  const text = await render([twins], "text");
  expect(text).toContain('user_sessions_x{a="x,b:y",b="z"} 1\n');
  expect(text).toContain('user_sessions_x{a="x",b="y,b:z"} 2\n');
});

describe("a histogram", () => {
  const DURATION = histogram("duration_seconds", "How long.", [1, 60, 3600], "method");
  const durations = observed(DURATION, [
    { labels: { method: "ssh" }, counts: [2, 0, 3, 1], sum: 9000.5 },
  ]);

  test("has cumulative buckets, sum and count", async () => {
    expect(await render([durations], "text")).toBe(`# HELP user_sessions_duration_seconds How long.
# TYPE user_sessions_duration_seconds histogram
user_sessions_duration_seconds_bucket{method="ssh",le="1"} 2
user_sessions_duration_seconds_bucket{method="ssh",le="60"} 2
user_sessions_duration_seconds_bucket{method="ssh",le="3600"} 5
user_sessions_duration_seconds_bucket{method="ssh",le="+Inf"} 6
user_sessions_duration_seconds_sum{method="ssh"} 9000.5
user_sessions_duration_seconds_count{method="ssh"} 6
`);
  });

  test("has floats for bounds in OpenMetrics", async () => {
    const text = await render([durations], "openmetrics");
    expect(text).toContain('_bucket{method="ssh",le="60.0"} 2\n');
    expect(text).toContain('_bucket{method="ssh",le="+Inf"} 6\n');
  });

  test.skipIf(!hasTool("promtool"))("promtool finds nothing wrong", async () => {
    const check = Bun.spawnSync(["promtool", "check", "metrics"], {
      stdin: Buffer.from(await render([durations], "text")),
    });
    expect(check.stderr.toString() + check.stdout.toString()).toBe("");
  });
});

test("contentType names the format and its version", () => {
  expect(contentType("text")).toBe("text/plain; version=0.0.4; charset=utf-8");
  expect(contentType("openmetrics")).toBe(
    "application/openmetrics-text; version=1.0.0; charset=utf-8",
  );
});

test.skipIf(!hasTool("promtool"))("promtool finds nothing wrong", async () => {
  const check = Bun.spawnSync(["promtool", "check", "metrics"], {
    stdin: Buffer.from(await render(FAMILIES, "text")),
  });
  expect(check.stderr.toString() + check.stdout.toString()).toBe("");
  expect(check.exitCode).toBe(0);
});

test("of many samples each metric is rendered in a turn of its own", async () => {
  const names = ["a", "b_total", "c"];
  const families = names.map((name) =>
    byLabel(name.endsWith("_total") ? counter(name, "N.", "i") : gauge(name, "N.", "i"), [
      ["one", 1],
      ...Array.from({ length: SAMPLES_AT_ONCE / 2 }, (_, i) => [`${i}`, i] as const),
    ]),
  );
  for (const format of ["text", "openmetrics"] as const) {
    let turns = 0;
    const yieldTurn = () => {
      turns++;
      return Promise.resolve();
    };
    const whole = await render(families, format, yieldTurn);
    expect(turns).toBe(3);
    const few = families.map(({ definition, samples }) => ({
      definition,
      samples: samples.slice(0, 1),
    }));
    const short = await render(few, format, yieldTurn);
    expect(turns).toBe(3);
    expect(whole.split("\n").filter((line) => !/i="\d/.test(line))).toEqual(short.split("\n"));
  }
});
