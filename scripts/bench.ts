/**
 * Measures the cost of this exporter with processes, control groups and sockets that it creates itself. Programs to
 * compare run alternately, because machines are shared and noisy, and the median of the ratios counts. Prints a table
 * in Markdown.
 *
 * bun scripts/bench.ts [ROUNDS] [ROW…]
 *
 * Needs a C compiler and unshare(1), and the privilege to create control groups and namespaces.
 */
import type { Row } from "./bench/measure.ts";
import { cleanUp, settle } from "./bench/programs.ts";
import { ROWS } from "./bench/rows.ts";

const [roundsText, ...wanted] = process.argv.slice(2);
const rounds = Number(roundsText ?? 9);
const rows: Row[] = [];
try {
  for (const [name, measure] of Object.entries(ROWS)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    console.error(`bench: ${name}`);
    await settle();
    rows.push(...(await measure(rounds)));
  }
} finally {
  cleanUp();
}
const lines = rows.map(({ what, value, target }) => `| ${what} | ${value} | ${target ?? ""} |`);
console.log(["| what | measured | target |", "|---|---|---|", ...lines].join("\n"));
