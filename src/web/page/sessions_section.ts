import { type Column, UNKNOWN, age, row, table } from "./elements.ts";
import { Html, html } from "./html.ts";
import type { SessionRow, Summary } from "./summary.ts";

const COLUMNS: readonly Column[] = [
  { heading: "Type", look: "short" },
  { heading: "Terminal", look: "short" },
  { heading: "From" },
  { heading: "Since", look: "number" },
  { heading: "Idle", look: "number" },
];

/** The sessions, grouped by user. */
export function sessionsSection({ sessions, realNames }: Summary, nowSeconds: number): Html {
  if (!sessions) {
    return html`<p class="dim">Not known: no source tells of sessions, or none was asked.</p>`;
  }
  if (sessions.length === 0) return html`<p class="dim">Nobody is logged in.</p>`;
  const rows: Html[] = [];
  for (const [user, own] of Map.groupBy(sessions, (session) => session.user)) {
    rows.push(
      html`<tr class="group">
        <td colspan="${COLUMNS.length}">${user} <small>${realNames.get(user)}</small></td>
      </tr>`,
    );
    for (const session of own) rows.push(sessionRow(session, nowSeconds));
  }
  return table("Sessions", COLUMNS, rows);
}

function sessionRow(session: SessionRow, nowSeconds: number): Html {
  const { type, tty, from, count, startSeconds, lastInputSeconds } = session;
  const ageOf = (seconds: number | undefined) =>
    seconds === undefined ? UNKNOWN : age(seconds, nowSeconds);
  const cells = [
    count > 1 ? `${type} × ${count}` : type,
    tty || UNKNOWN,
    from || UNKNOWN,
    ageOf(startSeconds),
    ageOf(lastInputSeconds),
  ];
  return row(COLUMNS, cells, "member");
}
