import { beforeAll, describe, expect, test } from "bun:test";
import { closedRows, dashboard, interpolate, panels, queries } from "./dashboard.ts";
import { type Exposed, exposedMetrics } from "./exposed.ts";
import { barelyReadCounters, gaugesReadAsCounters, metricsIn } from "./promql.ts";

const GRID_COLUMNS = 24;
/** A metric that Prometheus itself makes of each scrape. */
const PROMETHEUS_OWN = "up";

describe("the dashboard", () => {
  test("is of the schema of Grafana 11.6 and 12", () => {
    expect(dashboard.schemaVersion).toBe(41);
    expect(dashboard.uid).toBeTruthy();
  });

  test("lets one choose the data source, jobs and hosts by what exporters there are, users and types", () => {
    const [datasource, job, host, user, sessionType, ...others] = dashboard.templating.list;
    // What the links to an exporter's page are made of, beside its host.
    expect(others.map(({ name }) => name)).toEqual(["scheme", "port"]);
    expect(datasource).toMatchObject({ name: "datasource", type: "datasource" });
    const query = { type: "query", multi: true, includeAll: true };
    expect(job).toMatchObject({
      ...query,
      name: "job",
      query: { query: "label_values(user_sessions_up, job)" },
    });
    expect(host).toMatchObject({
      ...query,
      name: "host",
      query: { query: 'label_values(user_sessions_up{job=~"$job"}, instance)' },
      allValue: ".*",
    });
    const ofHosts = '{job=~"$job", instance=~"$host"}';
    expect(user).toMatchObject({
      ...query,
      name: "user",
      query: { query: `label_values(user_sessions_user_info${ofHosts}, username)` },
      allValue: ".*",
    });
    expect(sessionType).toMatchObject({
      ...query,
      name: "type",
      query: { query: `label_values(user_sessions_session_active${ofHosts}, session_type)` },
      allValue: ".*",
    });
    // All of them are those in the list: other jobs have an `up` too.
    expect(job!.allValue).toBeUndefined();
  });

  test("has panels with ids and titles of their own", () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    expect(new Set(panels.map(({ title }) => title)).size).toBeGreaterThanOrEqual(
      panels.length - 2,
    );
  });

  test("has panels that lie in the grid and on no other", () => {
    // What is in a closed row lies where the next row is, until it is opened.
    for (const together of [dashboard.panels, ...closedRows]) {
      const taken = new Map<string, string>();
      for (const { title, gridPos } of together) {
        expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(GRID_COLUMNS);
        for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
          for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
            expect(`${taken.get(`${x},${y}`)} and ${title}`).toStartWith("undefined and");
            taken.set(`${x},${y}`, title);
          }
        }
      }
    }
  });

  test("explains every panel, and takes all data from the chosen source", () => {
    for (const panel of panels.filter(({ type }) => type !== "row")) {
      expect(panel.description).toBeTruthy();
      expect(panel.targets!.length).toBeGreaterThan(0);
      const refIds = panel.targets!.map(({ refId }) => refId);
      expect(new Set(refIds).size).toBe(refIds.length);
    }
    for (const { datasource } of queries) expect(datasource.uid).toBe("${datasource}");
  });

  test("joins the facts of a session by the host and all four labels", () => {
    const sessions = panels.find(({ type, title }) => type === "table" && title === "Sessions")!;
    expect(sessions.targets!.length).toBe(3);
    for (const { expr } of sessions.targets!) {
      expect(expr).toContain("by (instance, username, tty, from_ip, session_type)");
    }
  });

  test("asks for what users cost one by one only when somebody opens the row", () => {
    expect(closedRows.map((row) => row.map(({ title }) => title))).toEqual([["Users"]]);
  });

  test("shows numbers as they are: short makes 1 K of 1,499", () => {
    const units = panels.map(({ fieldConfig }) => fieldConfig?.defaults.unit);
    expect(units).not.toContain("short");
    expect(units.filter((unit) => unit === "cpm").length).toBe(
      queries.filter(({ name, expr }) => name.endsWith("A") && expr.startsWith("60 * ")).length,
    );
  });

  test("says of each choice of ten what it is, and leaves out those with nothing", () => {
    const tens = panels.filter(({ targets }) => targets?.some(({ expr }) => /topk/.test(expr)));
    expect(tens.length).toBeGreaterThan(5);
    for (const { targets, description } of tens) {
      for (const { expr } of targets!) expect(expr).toMatch(/^topk\(10, .*[)}\]] > 0\b/);
      expect(description).toMatch(/the ten (hosts|users) with most at each moment\.$/);
    }
  });

  test("links each host of a table to its exporter's page", () => {
    const withHosts = panels.filter(({ transformations = [] }) =>
      transformations.some(({ options }) => options["renameByName"]?.["instance"] === "Host"),
    );
    expect(withHosts.map(({ title }) => title)).toEqual([
      "Sessions",
      "Logins by user and method",
      "sudo and su by user",
      "Slices: memory against the limit",
      "Hosts with a fault",
      "Exporters",
      "Users",
    ]);
    for (const { fieldConfig } of withHosts) {
      const host = fieldConfig!.overrides.find(({ matcher }) => matcher.options === "Host");
      expect(host).toMatchObject({
        matcher: { id: "byName" },
        properties: [{ id: "links", value: [{ url: "${scheme}://${__value.raw}:${port}/" }] }],
      });
    }
  });

  test("names in its tables only columns that its queries give", () => {
    for (const { targets = [], transformations = [] } of panels) {
      const renamed = transformations.flatMap(({ options }) =>
        Object.keys(options["renameByName"] ?? {}),
      );
      for (const column of renamed) {
        const [, refId] = /^Value(?: #(\w))?$/.exec(column) ?? [];
        if (refId === undefined)
          expect(targets.map(({ expr }) => expr).join()).toContain(
            column === "Value" ? "" : column,
          );
        else expect(targets.map((target) => target.refId)).toContain(refId);
      }
    }
  });
});

describe("every query", () => {
  let exposed: Exposed;

  beforeAll(async () => {
    exposed = await exposedMetrics();
  }, 60_000);

  test.each(queries)("$name names nothing but metrics that there are", ({ expr }) => {
    const known = (name: string) => exposed.names.has(name) || name === PROMETHEUS_OWN;
    expect([...metricsIn(expr)].filter((name) => !known(name))).toEqual([]);
  });

  test.each(queries)("$name reads counters by rate or increase, and gauges not", ({ expr }) => {
    expect(barelyReadCounters(expr, exposed.counters)).toEqual([]);
    expect(gaugesReadAsCounters(expr, exposed.counters)).toEqual([]);
  });

  test.each(queries)("$name is of the chosen jobs and hosts", ({ expr }) => {
    const chosen = expr.split('job=~"$job", instance=~"$host"').length - 1;
    expect(chosen).toBeGreaterThan(0);
    expect(expr.split("$host").length - 1).toBe(chosen);
    expect(expr.split("$job").length - 1).toBe(chosen);
  });

  test.each(queries)("$name has no variable but those that Grafana fills in", ({ expr }) => {
    // Grafana leaves $1 to label_replace.
    expect(interpolate(expr, { hosts: ["a"] })).not.toMatch(/\$(?!1 )/);
  });
});
