/** What was expected and what was seen, as one table in the end. */

export interface Row {
  host: string;
  scenario: string;
  what: string;
  expected: string;
  seen: string;
  ok: boolean;
}

/** A longer value is cut in the middle: the log has it whole. */
const MAX_WIDTH = 62;

export class Table {
  readonly rows: Row[] = [];

  add(row: Row): void {
    this.rows.push(row);
  }

  get differences(): number {
    return this.rows.filter(({ ok }) => !ok).length;
  }

  toString(): string {
    const head = ["HOST", "SCENARIO", "WHAT", "EXPECTED", "SEEN", ""];
    const cells = this.rows.map(({ host, scenario, what, expected, seen, ok }) =>
      [host, scenario, what, expected, seen, ok ? "ok" : "DIFFERENT"].map(shorten),
    );
    const widths = head.map((title, column) =>
      Math.max(title.length, ...cells.map((row) => row[column]!.length)),
    );
    return [head, ...cells]
      .map((row) =>
        row
          .map((cell, column) => cell.padEnd(widths[column]!))
          .join("  ")
          .trimEnd(),
      )
      .join("\n");
  }
}

function shorten(text: string): string {
  const line = text.replace(/\s+/g, " ").trim() || "-";
  if (line.length <= MAX_WIDTH) return line;
  const half = (MAX_WIDTH - 3) >> 1;
  return `${line.slice(0, half)}...${line.slice(-half)}`;
}
