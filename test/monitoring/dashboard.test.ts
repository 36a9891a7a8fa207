import { beforeAll, describe, expect, test } from "bun:test";
import { dashboard, interpolate, queries } from "./dashboard.ts";
import { type Exposed, exposedMetrics } from "./exposed.ts";
import { barelyReadCounters, gaugesReadAsCounters, metricsIn } from "./promql.ts";

const { panels } = dashboard;
const GRID_COLUMNS = 24;

describe("the dashboard", () => {
  test("is of the schema of Grafana 11.6 and 12", () => {
    expect(dashboard.schemaVersion).toBe(41);
    expect(dashboard.uid).toBeTruthy();
  });

  test("lets one choose the data source, and hosts by what exporters there are", () => {
    const variables = dashboard.templating.list;
    expect(variables.map(({ name, type }) => [name, type])).toEqual([
      ["datasource", "datasource"],
      ["host", "query"],
    ]);
    expect(variables[1]!.query).toMatchObject({
      query: "label_values(user_sessions_up, instance)",
    });
  });

  test("has panels with ids and titles of their own", () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    expect(new Set(panels.map(({ title }) => title)).size).toBeGreaterThanOrEqual(
      panels.length - 2,
    );
  });

  test("has panels that lie in the grid and on no other", () => {
    const taken = new Map<string, string>();
    for (const { title, gridPos } of panels) {
      expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(GRID_COLUMNS);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(`${taken.get(`${x},${y}`)} and ${title}`).toStartWith("undefined and");
          taken.set(`${x},${y}`, title);
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
  });

  test.each(queries)("$name names nothing but metrics that there are", ({ expr }) => {
    expect([...metricsIn(expr)].filter((name) => !exposed.names.has(name))).toEqual([]);
  });

  test.each(queries)("$name reads counters by rate or increase, and gauges not", ({ expr }) => {
    expect(barelyReadCounters(expr, exposed.counters)).toEqual([]);
    expect(gaugesReadAsCounters(expr, exposed.counters)).toEqual([]);
  });

  test.each(queries)("$name has no variable but those that Grafana fills in", ({ expr }) => {
    expect(interpolate(expr, ["a"])).not.toContain("$");
  });
});
