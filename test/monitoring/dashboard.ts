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
  fieldConfig?: {
    defaults: { unit?: string };
    overrides: {
      matcher: { id: string; options: string };
      properties: { id: string; value: unknown }[];
    }[];
  };
  /** In rows only: whether it is closed, and what lies in it if so. */
  collapsed?: boolean;
  panels?: Panel[];
  transformations?: { id: string; options: Record<string, Record<string, unknown>> }[];
}

/** What is marked in every panel. */
interface Annotation {
  name: string;
  /** Absent in Grafana's own. */
  expr?: string;
  datasource: { type: string; uid: string };
}

interface Dashboard {
  annotations: { list: Annotation[] };
  schemaVersion: number;
  uid: string;
  panels: Panel[];
  templating: { list: Variable[] };
}

interface Variable {
  name: string;
  type: string;
  query: string | { query: string };
  includeAll?: boolean;
  multi?: boolean;
  allValue?: string;
}

export const dashboard = JSON.parse(readFileSync(PATH, "utf8")) as Dashboard;

/** The panels of each row that is closed at first. */
export const closedRows = dashboard.panels
  .filter(({ collapsed }) => collapsed)
  .map(({ panels: inRow = [] }) => inRow);

/** Every panel, wherever it lies. */
export const panels = [...dashboard.panels, ...closedRows.flat()];

/** Every query of every panel, and of what is marked in them. */
export const queries = [
  ...panels.flatMap(({ title, targets }) =>
    (targets ?? []).map(({ refId, expr, instant, datasource }) => ({
      name: `${title}, ${refId}`,
      expr,
      instant,
      datasource,
    })),
  ),
  ...dashboard.annotations.list.flatMap(({ name, expr, datasource }) =>
    expr === undefined ? [] : [{ name: `Mark: ${name}`, expr, instant: false, datasource }],
  ),
];

/** A query of a panel that has no other. */
export function queryOf(title: string): string {
  const [query, ...others] = queries.filter(({ name }) => name.startsWith(`${title}, `));
  if (!query || others.length > 0) throw new Error(`${title} has not one query`);
  return query.expr;
}

/** What is chosen in the dashboard's lists. */
export interface Chosen {
  hosts: readonly string[];
  jobs?: readonly string[];
  /** Without it, all. */
  users?: readonly string[];
  types?: readonly string[];
}

/** A query as Grafana sends it. */
export function interpolate(
  expr: string,
  { hosts, jobs = ["user_sessions"], users, types }: Chosen,
): string {
  return expr
    .replaceAll("$host", alternatives(hosts))
    .replaceAll("$job", alternatives(jobs))
    .replaceAll("$user", users ? alternatives(users) : ".*")
    .replaceAll("$type", types ? alternatives(types) : ".*")
    .replaceAll("$__rate_interval", "2m")
    .replaceAll("$__range", "6h");
}

function alternatives(names: readonly string[]): string {
  // A dot of a host's name must match nothing but itself, in a regexp that stands in a string.
  const escaped = names.map((name) => name.replaceAll(".", String.raw`\\.`));
  return escaped.length === 1 ? escaped[0]! : `(${escaped.join("|")})`;
}
