/** The HTML elements used by the sections of the page. */
import { formatAge, formatTime, timeZone } from "../../format.ts";
import { Html, type Insertable, html } from "./html.ts";

/** Shown for an unknown value. */
export const UNKNOWN = "–";

/**
 * A column: its heading, and the style of its cells. `words` are not broken in the middle; `minor` columns are hidden
 * on a phone.
 */
export interface Column {
  heading: Insertable;
  look?: "number" | "short" | "words" | "minor" | "number minor" | "short minor";
}

/** A table; one wider than the screen scrolls within its frame, also by keyboard. */
export function table(label: string, columns: readonly Column[], rows: Html[]): Html {
  const head = columns.map(
    ({ heading, look = "" }) => html`<th scope="col" class="${look}">${heading}</th>`,
  );
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${label}">
    <table>
      <tr>
        ${head}
      </tr>
      ${rows}
    </table>
  </div>`;
}

/** A row of cells in the styles of their columns. */
export function row(columns: readonly Column[], cells: readonly Insertable[], kind = ""): Html {
  return html`<tr class="${kind}">
    ${cells.map((cell, i) => html`<td class="${columns[i]?.look ?? ""}">${cell}</td>`)}
  </tr>`;
}

/** A bar from 0 to 1 beside its text; highlighted from `high` on. */
export function bar(label: string, share: number, text: string, high = 1): Html {
  const value = Math.min(1, Math.max(0, share)).toFixed(3);
  return html`<meter
      min="0"
      max="1"
      high="${high}"
      optimum="0"
      value="${value}"
      aria-label="${label}"
    >
      ${text}</meter
    >${text}`;
}

/** A short age, with the full time as its tooltip. */
export function age(seconds: number, nowSeconds: number): Html {
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) return html`${UNKNOWN}`;
  const full = `${formatTime(seconds)} ${timeZone(seconds)}`;
  return html`<time datetime="${date.toISOString()}" title="${full}"
    >${formatAge(nowSeconds - seconds)}</time
  >`;
}

/** A section, left out when it has nothing to show. */
export function section(
  id: string,
  title: Insertable,
  content: Html | undefined,
): Html | undefined {
  if (content === undefined) return undefined;
  return html`<section id="${id}">
    <h2>${title}</h2>
    ${content}
  </section>`;
}
