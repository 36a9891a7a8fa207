import { readFileSync } from "node:fs";
import { resolve } from "node:path";

const PATH = resolve(import.meta.dir, "../../examples/grafana/dashboard.json");

/** A query of a panel. */
export interface Target {
  refId: string;
  expr: string;
  instant: boolean;
  format: "table" | "time_series";
  datasource: { type: string; uid: string };
}

export interface Panel {
  id: number;
  type: string;
  title: string;
  description?: string;
  gridPos: { x: number; y: number; w: number; h: number };
  /** Absent in rows. */
  targets?: Target[];
  transformations?: { id: string; options: Record<string, Record<string, unknown>> }[];
}

interface Dashboard {
  schemaVersion: number;
  uid: string;
  panels: Panel[];
  templating: { list: { name: string; type: string; query: string | { query: string } }[] };
}

export const dashboard = JSON.parse(readFileSync(PATH, "utf8")) as Dashboard;

/** Every query of every panel. */
export const queries = dashboard.panels.flatMap(({ title, targets }) =>
  (targets ?? []).map(({ refId, expr, instant, datasource }) => ({
    name: `${title}, ${refId}`,
    expr,
    instant,
    datasource,
  })),
);

/** A query as Grafana sends it when these hosts are chosen. */
export function interpolate(expr: string, hosts: readonly string[]): string {
  // A dot of a host's name must match nothing but itself, in a regexp that stands in a string.
  const escaped = hosts.map((host) => host.replaceAll(".", String.raw`\\.`));
  return expr
    .replaceAll("$host", escaped.length === 1 ? escaped[0]! : `(${escaped.join("|")})`)
    .replaceAll("$__rate_interval", "2m")
    .replaceAll("$__range", "6h");
}
