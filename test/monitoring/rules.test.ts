import { beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describeWith } from "../helpers/needs.ts";
import { run } from "../helpers/run.ts";
import { type Exposed, exposedMetrics } from "./exposed.ts";
import { barelyReadCounters, gaugesReadAsCounters, metricsIn } from "./promql.ts";
import { EXAMPLES, alertCases, alertRules, recordingRules, testFiles } from "./rule_files.ts";

/** Metrics that the rules take from others: Prometheus itself, and node_exporter. */
const FOREIGN = new Set(["up", "node_memory_MemTotal_bytes", "node_time_seconds"]);

const ALERTS = alertRules();
const RECORDINGS = recordingRules();
const RUNBOOKS = readFileSync(resolve(EXAMPLES, "RUNBOOKS.md"), "utf8");
const RULES = [...ALERTS, ...RECORDINGS].map((rule) => ({
  name: "alert" in rule ? rule.alert : rule.record,
  expr: rule.expr,
}));

describeWith(["promtool"], "promtool", () => {
  test.each([
    ["check", "config", resolve(EXAMPLES, "prometheus.yml")],
    ["check", "rules", resolve(EXAMPLES, "alerts.yml"), resolve(EXAMPLES, "recording.yml")],
    ["test", "rules", ...testFiles()],
  ])(
    "%s %s",
    async (...words) => {
      const { code, stdout, stderr } = await run(["promtool", ...words], { timeoutMs: 120_000 });
      expect(`${stdout}${stderr}`).not.toContain("FAILED");
      expect(code).toBe(0);
    },
    120_000,
  );
});

describe("every alert", () => {
  test.each(ALERTS)("$alert says how grave it is, what happened, and after how long", (rule) => {
    expect(rule.labels["severity"]).toMatch(/^(critical|warning|info)$/);
    expect(rule.annotations["summary"]).toBeTruthy();
    expect(rule.annotations["description"]).toBeTruthy();
    expect(rule.for).toMatch(/^\d+[mh]$/);
  });

  test.each(ALERTS)("$alert has a section of the runbook, with its four parts", (rule) => {
    const section = RUNBOOKS.split(/^## /m).find((text) => text.startsWith(`${rule.alert}\n`));
    expect(section?.match(/^\*\*(\w+)\.\*\* \S/gm)?.map((head) => head.slice(0, -1))).toEqual([
      "**Meaning.** ",
      "**Impact.** ",
      "**Diagnosis.** ",
      "**Mitigation.** ",
    ]);
    expect(rule.annotations["runbook_url"]).toEndWith(`/RUNBOOKS.md#${rule.alert.toLowerCase()}`);
  });

  test("the runbook has no section that no alert leads to", () => {
    const titles = Array.from(RUNBOOKS.matchAll(/^## (\S+)$/gm), ([, title]) => title!);
    expect(titles).toEqual(ALERTS.map(({ alert }) => alert));
  });

  test.each(ALERTS)("$alert is tested, firing and not", ({ alert }) => {
    const fires = alertCases()
      .filter(({ alertname }) => alertname === alert)
      .map(({ exp_alerts }) => exp_alerts.length > 0);
    expect(fires).toContain(true);
    expect(fires).toContain(false);
  });

  test.each(ALERTS)("$alert shows no number as Prometheus has it", ({ annotations }) => {
    const values = Object.values(annotations)
      .join()
      .match(/\{\{[^}]*(?:\$value|\.Value)[^}]*\}\}/g);
    for (const value of values ?? []) expect(value).toMatch(/humanize|printf "%\.0f"/);
  });
});

test("the alerts about people agree on whose uids are people's", () => {
  const patterns = ALERTS.flatMap(({ expr }) =>
    Array.from(expr.matchAll(/uid=~"([^"]+)"/g), (match) => match[1]!),
  );
  expect(patterns.length).toBe(3);
  expect(new Set(patterns).size).toBe(1);
  const people = new RegExp(`^(?:${patterns[0]})$`);
  const others = [0, 110, 999, 60_514, 65_534, 99_999];
  const theirs = [1000, 9999, 10_000, 59_999, 60_000, 60_001, 60_499, 60_500, 60_513, 100_000];
  expect([...others, ...theirs].filter((uid) => people.test(`${uid}`))).toEqual(theirs);
});

test.each(ALERTS.filter(({ annotations }) => annotations["description"]!.includes("doctor")))(
  "$alert names the page of the service before doctor, which root runs",
  ({ annotations }) => {
    expect(annotations["description"]).toMatch(
      /{{ or \$labels\.exporter_url "Its page" }} shows what the running service can read.*doctor.*root can read more/,
    );
  },
);

test.each(RECORDINGS)("$record is named level:metric:operations", ({ record, expr }) => {
  const [, metric] = /^[a-z_]+:(user_sessions_[a-z_]+):[a-z0-9_]+$/.exec(record) ?? [];
  expect(metric).toBeDefined();
  // The time since an event is the one thing that no metric is called.
  const stem = metric!.replace("idle_seconds", "last_input_timestamp_seconds");
  expect(expr).toMatch(new RegExp(`\\b${stem}(_total)?\\b`));
});

describe("every expression", () => {
  let exposed: Exposed;
  const recorded = new Set(RECORDINGS.map(({ record }) => record));

  beforeAll(async () => {
    exposed = await exposedMetrics();
  }, 60_000);

  test.each(RULES)("$name names nothing but metrics that there are", ({ expr }) => {
    const unknown = [...metricsIn(expr)].filter(
      (name) => !exposed.names.has(name) && !recorded.has(name) && !FOREIGN.has(name),
    );
    expect(unknown).toEqual([]);
  });

  test.each(RULES)("$name reads counters by rate or increase, and gauges not", ({ expr }) => {
    expect(exposed.counters.size).toBeGreaterThan(5);
    expect(barelyReadCounters(expr, exposed.counters)).toEqual([]);
    expect(gaugesReadAsCounters(expr, exposed.counters)).toEqual([]);
  });
});
