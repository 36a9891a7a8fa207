import { type ProbedSource, remedyOf } from "../../sources/probe.ts";
import { type Column, row, table } from "./elements.ts";
import { Html, html } from "./html.ts";

const COLUMNS: readonly Column[] = [
  { heading: "Source", look: "short" },
  { heading: "State", look: "words" },
  { heading: "Where" },
];

/** Unreadable sources that matter are shown; the rest is collapsed. */
export function sourcesSection(sources: readonly ProbedSource[]): Html {
  const [faulty, healthy] = [true, false].map((isFaulty) =>
    sources.filter((source) => isFault(source) === isFaulty),
  ) as [ProbedSource[], ProbedSource[]];
  const open = faulty.length === 0 ? undefined : sourceTable("Sources", faulty);
  return html`${open}
    <details>
      <summary>${healthy.length} ${healthy.length === 1 ? "source" : "sources"} in order</summary>
      ${sourceTable("Sources in order", healthy)}
    </details>`;
}

function isFault({ state, coveredBy }: ProbedSource): boolean {
  return !state.available && (coveredBy === undefined || state.reason === "broken");
}

function sourceTable(label: string, sources: readonly ProbedSource[]): Html {
  return table(label, COLUMNS, sources.flatMap(sourceRows));
}

/** An unreadable source that matters has a second row with the remedy. */
function sourceRows({ info, state, coveredBy, fallback }: ProbedSource): Html[] {
  const { name } = info;
  if (state.available) {
    return [row(COLUMNS, [name, html`<span class="ok">readable</span>`, state.path])];
  }
  const { path, reason, detail } = state;
  const where = detail === undefined ? path : `${path}: ${detail}`;
  if (coveredBy !== undefined) {
    const style = reason === "broken" ? "bad" : "dim";
    const text =
      reason === "broken" ? `broken, not needed: ${coveredBy}` : `not needed: ${coveredBy}`;
    return [row(COLUMNS, [name, html`<span class="${style}">${text}</span>`, where])];
  }
  const instead = fallback === undefined ? "" : ` Read instead: ${fallback}.`;
  const why = reason === "missing" ? "Why" : "To do";
  return [
    row(COLUMNS, [name, html`<span class="bad">${reason}</span>`, where]),
    html`<tr class="more">
      <td></td>
      <td colspan="2">
        Lost without it: ${info.lost}.${instead} ${why}: ${remedyOf(info, state)}.
      </td>
    </tr>`,
  ];
}
