/** The dashboard and the rules against a real Prometheus that scrapes the built exporter. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { appendFileSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { authLogLine } from "../helpers/attempt_lines.ts";
import { Serving } from "../helpers/exporter.ts";
import { FormatProxy } from "../helpers/format_proxy.ts";
import { describeWith } from "../helpers/needs.ts";
import type { Series } from "../helpers/prometheus_server.ts";
import { type Tree, openTree } from "../helpers/tree.ts";
import { type Chosen, interpolate, queries, queryOf } from "./dashboard.ts";
import { addSlice, logIn } from "./exposed.ts";
import { Prometheus } from "./prometheus.ts";
import { alertRules, recordingRules } from "./rule_files.ts";

/** One host, scraped in both forms. The configuration takes the ports from the names. */
const OPENMETRICS_HOST = "127.0.0.1";
const TEXT_HOST = "localhost";
const HOSTS = [OPENMETRICS_HOST, TEXT_HOST];
/** A host where nothing listens. */
const DOWN_HOST = "127.0.0.3";

/** Queries that answer with nothing as long as all is well, and why they may. */
const SILENT_WHEN_WELL: Record<string, string> = {
  "Hosts with a fault, A": "a line of a table can't say that there is none",
  "Mark: Restarts of the exporter": "nobody restarts it here",
};

interface RuleGroups {
  groups: { rules: { name: string; health: string; lastError?: string }[] }[];
}

describeWith(["prometheus"], "a Prometheus that scrapes the exporter", () => {
  const resources = new AsyncDisposableStack();
  let tree: Tree;
  let openMetrics: FormatProxy;
  let text: FormatProxy;
  let prometheus: Prometheus;

  beforeAll(async () => {
    tree = resources.adopt(openTree("debian12"), (copy) => copy.dispose());
    addSlice(tree.path);
    const serving = resources.adopt(
      await Serving.start(["--web.listen-address=127.0.0.1:0", `--path.rootfs=${tree.path}`]),
      async (exporter) => void (await exporter.end()),
    );
    // The first login of a user begins a series; from then on there is something to increase.
    await serving.ready();
    logIn(tree.path, 5001);
    openMetrics = resources.use(new FormatProxy(serving.url));
    text = resources.use(new FormatProxy(serving.url, "text/plain; version=0.0.4"));
    prometheus = resources.use(
      await Prometheus.start([
        `${OPENMETRICS_HOST}:${openMetrics.port}`,
        `${TEXT_HOST}:${text.port}`,
        `${DOWN_HOST}:1`,
      ]),
    );
    // What happens after the first sample is an increase.
    await prometheus.until("count(user_sessions_up) == 2");
    happen(tree.path);
    // A rate takes two samples, and what is recorded from records an evaluation more.
    await prometheus.until("count(count_over_time(user_sessions_up[1m]) >= 7) == 2");
  }, 60_000);

  afterAll(() => resources.disposeAsync(), 20_000);

  test("reads OpenMetrics and text, and finds the same in both", async () => {
    expect([...openMetrics.forms].join()).toMatch(
      /^application\/openmetrics-text; *version=1\.0\.0/,
    );
    expect([...text.forms].join()).toMatch(/^text\/plain; *version=0\.0\.4/);
    const [inOpenMetrics, inText] = await Promise.all(
      HOSTS.map(async (host) => {
        const series = await prometheus.query(
          `{instance="${host}", __name__=~"user_.*|process_.*"}`,
        );
        // A bound of a histogram is 1 in text, and 1.0 in OpenMetrics.
        return series
          .map(({ metric }) =>
            JSON.stringify({ ...metric, instance: "", exporter_url: "" }).replace(
              '.0","role"',
              '","role"',
            ),
          )
          .sort();
      }),
    );
    expect(inOpenMetrics!.length).toBeGreaterThan(100);
    expect(inText).toEqual(inOpenMetrics!);
  });

  test.each(queries)("answers $name, for what is chosen only", async ({ name, expr, instant }) => {
    const ask = (chosen: Chosen) => {
      const query = interpolate(expr, chosen);
      return instant ? prometheus.query(query) : prometheus.queryRange(query);
    };
    for (const hosts of [HOSTS, [TEXT_HOST]]) {
      expect((await ask({ hosts })).length > 0).toBe(!(name in SILENT_WHEN_WELL));
    }
    expect(await ask({ hosts: ["nowhere.example"] })).toEqual([]);
    expect(await ask({ hosts: HOSTS, jobs: ["nothing"] })).toEqual([]);
    if (expr.includes("$user"))
      expect(await ask({ hosts: HOSTS, users: ["nobody.example"] })).toEqual([]);
    if (expr.includes("$type")) expect(await ask({ hosts: HOSTS, types: ["nothing"] })).toEqual([]);
  });

  test.each([
    ["Hosts", HOSTS, "2"],
    ["Hosts down", HOSTS, "0"],
    ["Hosts down", [...HOSTS, DOWN_HOST], "1"],
    ["Hosts where a collector fails", HOSTS, "0"],
    ["Hosts that count no logins", HOSTS, "0"],
    // Whether it does, nobody knows.
    ["Hosts that count no logins", [DOWN_HOST], undefined],
  ])("%s of %p: %p", async (title, hosts, value) => {
    const [series] = await prometheus.query(interpolate(queryOf(title), { hosts }));
    expect(series?.value![1]).toBe(value!);
  });

  test("lists the host that is down among those with a fault", async () => {
    const query = interpolate(queryOf("Hosts with a fault"), { hosts: [...HOSTS, DOWN_HOST] });
    expect((await prometheus.query(query)).map(({ metric }) => metric)).toEqual([
      { instance: DOWN_HOST, fault: "can't be scraped" },
    ]);
  });

  test.each(readmeQuestions())("answers the README's %s", async (question, query) => {
    const series = await prometheus.query(query);
    // The captured host is older than that, and nobody there has logged in with a password today.
    const mayBeEmpty = /password|Whose account|not typed|sudo/.test(question);
    if (!mayBeEmpty) expect(series.length).toBeGreaterThan(0);
    for (const { value } of series) expect(Number(value![1])).not.toBeNaN();
  });

  test("counts an account's first login, with the README's question about passwords", async () => {
    const login = "Accepted password for carol from 192.0.2.9 port 4712 ssh2";
    appendFileSync(
      join(tree.path, "var/log/auth.log"),
      authLogLine(Date.now(), 6001, login, "debian12"),
    );
    const logins = 'user_sessions_user_logins_total{username="carol"}';
    await prometheus.until(`count(${logins}) == 2`);
    const series = await prometheus.query(`${logins}[1m]`);
    const began = Math.max(...series.map(({ values }) => values![0]![0]));
    const [, question] = readmeQuestions().find(([asked]) => /password\?/.test(asked))!;
    const ask = async (query: string) => {
      const time = String(began + 0.1);
      const answer = await prometheus.api<{ result: Series[] }>("query", { query, time });
      return answer.result.map(({ metric, value }) => `${metric["username"]} ${value![1]}`);
    };
    expect(await ask(question.replaceAll("1d", "5s"))).toEqual(["carol 1", "carol 1"]);
    expect(await ask(`increase(${logins}[5s]) > 0`)).toEqual([]);
    // With nothing known of the time before, nobody can tell which logins are new.
    expect(await ask(question)).toEqual([]);
  });

  test("the README has ten questions", () => {
    expect(readmeQuestions()).toHaveLength(10);
  });

  test("offers the job and its hosts in the dashboard's lists", async () => {
    const values = (label: string, match: string) =>
      prometheus.api(`label/${label}/values`, { "match[]": match });
    expect(await values("job", "user_sessions_up")).toEqual(["user_sessions"]);
    expect(await values("instance", 'user_sessions_up{job=~"user_sessions"}')).toEqual(HOSTS);
  });

  test("evaluates every rule without an error", async () => {
    const { groups } = await prometheus.api<RuleGroups>("rules");
    const rules = groups.flatMap((group) => group.rules);
    expect(rules.length).toBe(alertRules().length + recordingRules().length);
    for (const rule of rules) expect(rule).toMatchObject({ health: "ok" });
  });

  test.each(recordingRules())("records $record", async ({ record }) => {
    expect((await prometheus.query(record)).length).toBeGreaterThan(0);
  });

  test("records as many sessions as were open on the host", async () => {
    const series = await prometheus.query("instance:user_sessions_session_active:sum");
    expect(series.map(({ value }) => Number(value![1]))).toEqual(
      HOSTS.map(() => tree.expected.session_count),
    );
  });

  test("keeps the labels of the target", async () => {
    const [series] = await prometheus.query("instance:user_sessions_session_active:sum");
    expect(series!.metric).toMatchObject({ environment: "production", role: "login" });
  });
});

/** The questions of the README, each a comment with a query below. */
function readmeQuestions(): [question: string, query: string][] {
  const readme = readFileSync(join(import.meta.dir, "../../README.md"), "utf8");
  const block = /^```promql\n(.*?)^```/ms.exec(readme)?.[1] ?? "";
  return block
    .trim()
    .split("\n\n")
    .map((part) => {
      const [question = "", ...query] = part.split("\n");
      return [question.replace(/^# /, ""), query.join("\n")];
    });
}

/** Root logs in, alice uses sudo, somebody fails to log in, and every process uses five seconds of CPU. */
function happen(root: string): void {
  const from = "192.0.2.7 port 4711 ssh2";
  const failure = authLogLine(
    Date.now(),
    4000,
    `Failed password for alice from ${from}`,
    "debian12",
  );
  appendFileSync(join(root, "var/log/auth.log"), failure);
  logIn(root, 4001);
  for (const pid of readdirSync(join(root, "proc")).filter((name) => /^\d+$/.test(name))) {
    const path = join(root, "proc", pid, "stat");
    // Fields are numbered as in proc_pid_stat(5); a name may hold blanks.
    const [, name, rest] = /^(.*\) )(.*)$/s.exec(readFileSync(path, "utf8"))!;
    const fields = rest!.split(" ");
    fields[14 - 3] = String(Number(fields[14 - 3]) + 500);
    writeFileSync(path, name! + fields.join(" "));
  }
}
