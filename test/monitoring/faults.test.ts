/** What the dashboard shows of hosts with faults: its queries, evaluated by promtool on made-up series. */
import { afterAll, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describeWith } from "../helpers/needs.ts";
import { remove, run, scratchFolder } from "../helpers/run.ts";
import { interpolate, panels } from "./dashboard.ts";

/** One host each, named after its fault. */
const SCRAPED = {
  well: "",
  blind: `source_available{source="journal"} 0, source_available{source="auth_log"} 0, failed_logins_1h _`,
  mute: "failed_logins_1h _",
  loginless: `collector_success{collector="auth"} _, source_available{source="journal"} 0, failed_logins_1h _`,
  broken: `up 0, collector_success{collector="lastlogin"} 0`,
  hidden: `source_available{source="proc"} 0`,
};
const WELL = `up 1, collector_success{collector="auth"} 1, collector_success{collector="lastlogin"} 1,
  source_available{source="proc"} 1, source_available{source="tcp"} 1, source_available{source="utmp"} 0,
  source_available{source="journal"} 1, source_available{source="auth_log"} 0, failed_logins_1h 3`;

interface Sample {
  labels: string;
  value: number;
}

describeWith(["promtool"], "the dashboard's view of faults", () => {
  const folder = scratchFolder("faults");
  afterAll(() => remove(folder));

  async function shows(
    hosts: Record<string, string>,
    down: string[],
    title: string,
    answers: (Sample[] | number)[],
  ) {
    const { targets = [] } = panels.find((panel) => panel.title === title)!;
    expect(targets.length).toBe(answers.length);
    const file = join(folder, "faults_test.yml");
    const one = {
      interval: "1m",
      input_series: [
        ...Object.entries(hosts).flatMap(([host, faults]) => seriesOf(host, faults)),
        ...down.map((host) => series("up", host, "0x5")),
        // Not of a job that is chosen.
        { series: `up{job="node", instance="well"}`, values: "0x5" },
      ],
      promql_expr_test: targets.map(({ expr }, i) => ({
        expr: interpolate(expr, { hosts: [...Object.keys(SCRAPED), "down"] }),
        eval_time: "5m",
        exp_samples: samples(answers[i]!),
      })),
    };
    writeFileSync(file, JSON.stringify({ evaluation_interval: "1m", tests: [one] }));
    const { code, stdout, stderr } = await run(["promtool", "test", "rules", file]);
    expect(`${stdout}${stderr}`).not.toContain("FAILED");
    expect(code).toBe(0);
  }

  test.each([
    ["Hosts", 6],
    ["Hosts down", 1],
    ["Hosts where a collector fails", 1],
    ["Hosts that count no logins", 2],
  ])("%s: %d", (title, value) => shows(SCRAPED, ["down"], title, [value]));

  test.each([
    ["Hosts", 1],
    ["Hosts down", 0],
    ["Hosts where a collector fails", 0],
    ["Hosts that count no logins", 0],
  ])("%s when all is well: %d", (title, value) => shows({ well: "" }, [], title, [value]));

  test("shows no 0, which is green, of hosts that are all down", async () => {
    await shows({}, ["well", "down"], "Hosts down", [2]);
    await shows({}, ["well", "down"], "Hosts where a collector fails", [[]]);
    await shows({}, ["well", "down"], "Hosts that count no logins", [[]]);
  });

  test("lists the faults of each host, and no host that has none", async () => {
    const fault = (host: string, words: string, more = "") => ({
      labels: `{instance="${host}", fault="${words}"${more}}`,
      value: 0,
    });
    await shows(SCRAPED, ["down"], "Hosts with a fault", [
      [
        fault("down", "can't be scraped"),
        fault("broken", "the collector lastlogin fails", `, collector="lastlogin"`),
        { ...fault("blind", "logins are not counted"), value: 1 },
        { ...fault("mute", "logins are not counted"), value: 1 },
        fault("hidden", "proc can't be read", `, source="proc"`),
        fault("blind", "neither journal nor auth_log can be read"),
      ],
    ]);
    await shows({ well: "" }, [], "Hosts with a fault", [[]]);
  });

  test("counts the hosts that can read a source, and those that can't", () =>
    shows(
      SCRAPED,
      ["down"],
      "Sources",
      [
        { auth_log: 0, journal: 4, proc: 5, tcp: 6, utmp: 0 },
        { auth_log: 6, journal: 2, proc: 1, tcp: 0, utmp: 6 },
      ].map((counts) =>
        Object.entries(counts).map(([source, value]) => ({
          labels: `{source="${source}"}`,
          value,
        })),
      ),
    ));
});

/** The series of a host that is well, but for some. */
function seriesOf(host: string, faults: string) {
  const values = new Map([WELL, faults].flatMap(parse));
  return [
    series("up", host, "1x5"),
    ...Array.from(values, ([metric, value]) =>
      series(`user_sessions_${metric}`, host, `${value}x5`),
    ),
  ];
}

function parse(list: string): [metric: string, value: string][] {
  return Array.from(list.matchAll(/(\w+(?:\{.*?\})?) (\w)/g), ([, metric, value]) => [
    metric!,
    value!,
  ]);
}

function series(metric: string, host: string, values: string) {
  const [name, labels = ""] = metric.split(/[{}]/);
  const all = [`job="user_sessions"`, `instance="${host}"`, ...(labels ? [labels] : [])];
  return { series: `${name}{${all.join(", ")}}`, values };
}

function samples(answer: Sample[] | number): Sample[] {
  return typeof answer === "number" ? [{ labels: "{}", value: answer }] : answer;
}
