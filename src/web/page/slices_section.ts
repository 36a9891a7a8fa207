import { formatBytes } from "../../format.ts";
import { type Column, bar, row, table } from "./elements.ts";
import { Html, html } from "./html.ts";
import type { SliceRow, Summary } from "./summary.ts";

/** From this share of its limit on, a slice needs attention. */
export const HIGH_SHARE = 0.9;

const COLUMNS: readonly Column[] = [
  { heading: "User" },
  { heading: "Resource", look: "short" },
  { heading: "Used", look: "short" },
];

/** The slices nearest to their limits. */
export function slicesSection({ slices, realNames }: Summary): Html | undefined {
  if (slices.length === 0) return undefined;
  const rows = slices.map(({ user, resource, used, limit }) => {
    const format = resource === "memory" ? formatBytes : String;
    const text = `${format(used)} of ${format(limit)}`;
    return row(COLUMNS, [
      html`${user} <small class="minor">${realNames.get(user)}</small>`,
      resource,
      bar(`${resource} of ${user}'s slice`, used / limit, text, HIGH_SHARE),
    ]);
  });
  return table("Slices near their limit", COLUMNS, rows);
}

/** The slices that have almost reached a limit. */
export function fullSlices({ slices }: Summary): SliceRow[] {
  return slices.filter(({ used, limit }) => used / limit >= HIGH_SHARE);
}
