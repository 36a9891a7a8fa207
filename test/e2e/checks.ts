/** Compares what is expected with what is seen, a row of the table for each. */
import type { Table } from "./table.ts";

export class Checks {
  constructor(
    private readonly table: Table,
    private readonly host: string,
    private readonly scenario: string,
    /** Tells at once what differs: the table comes only in the end. */
    private readonly note: (text: string) => void,
  ) {}

  equal(what: string, expected: unknown, seen: unknown): void {
    this.row(what, text(expected), text(seen), text(expected) === text(seen));
  }

  /** Numbers that are measured twice, or in two ways. */
  near(what: string, expected: number, seen: number | undefined, tolerance: number): void {
    const ok = seen !== undefined && Math.abs(seen - expected) <= tolerance;
    this.row(what, `${round(expected)} ± ${round(tolerance)}`, text(seen), ok);
  }

  /** A measurement, which the table tells, and its limit. */
  below(what: string, limit: number, seen: number | undefined): void {
    this.row(what, `below ${limit}`, text(seen), seen !== undefined && seen < limit);
  }

  /** A text that must match a pattern; `expected` says it in words. */
  match(what: string, expected: string, pattern: RegExp, seen: string): void {
    this.row(what, expected, seen, pattern.test(seen));
  }

  failed(error: unknown): void {
    this.row("the scenario", "runs to its end", (error as Error).message ?? String(error), false);
  }

  private row(what: string, expected: string, seen: string, ok: boolean): void {
    this.table.add({ host: this.host, scenario: this.scenario, what, expected, seen, ok });
    if (!ok) this.note(`DIFFERENT ${what}\n  expected ${expected}\n  seen     ${seen}`);
  }
}

/** Lists as lines that a person can compare. */
function text(value: unknown): string {
  if (value === undefined) return "absent";
  if (typeof value === "number") return String(round(value));
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.map(text).join(", ");
  return String(value);
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
