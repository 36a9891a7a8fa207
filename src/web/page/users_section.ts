import { formatBytes, formatPercent } from "../../format.ts";
import { type Column, UNKNOWN, bar, row, table } from "./elements.ts";
import { Html, html } from "./html.ts";
import type { Summary, UserRow } from "./summary.ts";

const COLUMNS: readonly Column[] = [
  { heading: "User" },
  { heading: html`CPU <small>of all CPUs</small>`, look: "short" },
  { heading: html`Memory <small>bar: of the largest</small>`, look: "short" },
  { heading: "Processes", look: "number minor" },
];

/** The users with the highest use of CPU and memory. */
export function usersSection({ users, realNames }: Summary): Html {
  if (!users) {
    return html`<p class="dim">Not known: no processes can be seen, or none were asked for.</p>`;
  }
  const most = users.reduce((sum, { memoryBytes = 0 }) => Math.max(sum, memoryBytes), 1);
  const rows = users.map((user) => userRow(user, realNames.get(user.user), most));
  return table("Users by CPU and memory", COLUMNS, rows);
}

function userRow(
  { user, cpuRatio, memoryBytes, processCount }: UserRow,
  realName: string | undefined,
  mostBytes: number,
): Html {
  return row(COLUMNS, [
    html`${user} <small class="minor">${realName}</small>`,
    cpuRatio === undefined ? UNKNOWN : bar(`CPU of ${user}`, cpuRatio, formatPercent(cpuRatio)),
    memoryBytes === undefined
      ? UNKNOWN
      : bar(`memory of ${user}`, memoryBytes / mostBytes, formatBytes(memoryBytes)),
    processCount ?? UNKNOWN,
  ]);
}
