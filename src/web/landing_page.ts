import { type ProbedSource, remedyOf } from "../sources/probe.ts";
import { Html, type Insertable, html } from "./html.ts";
import { LANDING_STYLE } from "./landing_style.ts";
import type { SessionRow, Summary, UserRow } from "./summary.ts";
import { formatBytes, formatDuration, formatPercent, formatTime, timeZone } from "../format.ts";

export interface LandingPage {
  version: string;
  /** Undefined where it is not known. */
  hostName: string | undefined;
  summary: Summary;
  /** Where the metrics are. */
  telemetryPath: string;
  sources: ProbedSource[];
  nowSeconds: number;
}

const UNKNOWN = "–";
const NAME = "User Session Exporter";

/** The page at `/`: what is going on now, where the metrics are, and which sources can be read here. */
export function landingPage(page: LandingPage): string {
  const { version, hostName, summary, sources, nowSeconds } = page;
  const document = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${hostName === undefined ? NAME : `${hostName} – ${NAME}`}</title>
        <style>
          ${LANDING_STYLE_HTML}
        </style>
      </head>
      <body>
        <header>
          <h1>${hostName ?? NAME}</h1>
          <span class="dim">
            ${hostName === undefined ? "" : `${NAME}, `}version ${version}, at
            ${formatTime(nowSeconds)} ${timeZone(nowSeconds)}
          </span>
          <nav>
            <a href="${page.telemetryPath}">Metrics</a><a href="/-/healthy">Health</a
            ><a href="/-/ready">Readiness</a>
          </nav>
        </header>
        <main>
          ${failures(summary)} ${tiles(summary)}
          <h2>Sessions</h2>
          ${sessionTable(summary, nowSeconds)}
          <h2>Users by CPU and memory</h2>
          ${userTable(summary)}
          <h2>Sources</h2>
          ${table("Sources", ["Source", "State", "Where"], sources.flatMap(sourceRows))}
        </main>
      </body>
    </html> `;
  return document.text;
}

const LANDING_STYLE_HTML = new Html(LANDING_STYLE);

function failures({ failedCollectors }: Summary): Html | undefined {
  if (failedCollectors.length === 0) return undefined;
  const names = failedCollectors.join(", ");
  return html`<p class="bad" role="alert">
    This page is incomplete: failed to collect ${names}. The exporter's log says why.
  </p>`;
}

function tiles({ sessions, loggedInUsers, failedLogins1h, failedSources1h, rootLogins }: Summary) {
  const addresses = failedSources1h === 1 ? "1 address" : `${failedSources1h} addresses`;
  const from = failedSources1h === undefined ? undefined : `from ${addresses}`;
  const active = sessions?.reduce((total, { count }) => total + count, 0);
  return html`<div class="tiles">
    ${tile(active, "active sessions")} ${tile(loggedInUsers, "users logged in")}
    ${tile(failedLogins1h, "failed logins in the last hour", from)}
    ${tile(rootLogins, "root logins counted")}
  </div>`;
}

function tile(value: number | undefined, name: string, note?: string): Html {
  return html`<div class="tile"><b>${value ?? UNKNOWN}</b>${name} <small>${note}</small></div>`;
}

function sessionTable({ sessions }: Summary, nowSeconds: number): Html {
  if (!sessions) {
    return html`<p class="dim">Not known: no source tells of sessions, or none was asked.</p>`;
  }
  if (sessions.length === 0) return html`<p class="dim">Nobody is logged in.</p>`;
  const headings = ["User", "Type", "Terminal", "From", `Since (${timeZone(nowSeconds)})`, "Idle"];
  return table(
    "Sessions",
    headings,
    sessions.map((session) => sessionRow(session, nowSeconds)),
  );
}

function userTable({ users }: Summary): Html {
  if (!users)
    return html`<p class="dim">Not known: no processes can be seen, or none were asked for.</p>`;
  const mostBytes = Math.max(1, ...users.map(({ memoryBytes = 0 }) => memoryBytes));
  const headings = [
    "User",
    html`CPU <small>of all CPUs</small>`,
    html`Memory <small>bar: of the largest</small>`,
    "Processes",
  ];
  return table(
    "Users by CPU and memory",
    headings,
    users.map((user) => userRow(user, mostBytes)),
  );
}

/** A table wider than the screen scrolls by itself, by keyboard too. */
function table(label: string, headings: Insertable[], rows: Html[]): Html {
  const head = headings.map((heading) => html`<th scope="col">${heading}</th>`);
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${label}">
    <table>
      <tr>
        ${head}
      </tr>
      ${rows}
    </table>
  </div>`;
}

function row(...cells: Insertable[]): Html {
  return html`<tr>
    ${cells.map((cell) => html`<td>${cell}</td>`)}
  </tr>`;
}

function sessionRow(session: SessionRow, nowSeconds: number): Html {
  const { user, type, tty, from, count, startSeconds, lastInputSeconds } = session;
  return row(
    user,
    count > 1 ? `${type} × ${count}` : type,
    tty || UNKNOWN,
    from || UNKNOWN,
    startSeconds === undefined ? UNKNOWN : formatTime(startSeconds),
    lastInputSeconds === undefined ? UNKNOWN : formatDuration(nowSeconds - lastInputSeconds),
  );
}

function userRow({ user, realName, cpuRatio, memoryBytes, processCount }: UserRow, most: number) {
  return row(
    html`${user} <small>${realName}</small>`,
    cpuRatio === undefined ? UNKNOWN : bar(`CPU of ${user}`, cpuRatio, formatPercent(cpuRatio)),
    memoryBytes === undefined
      ? UNKNOWN
      : bar(`memory of ${user}`, memoryBytes / most, formatBytes(memoryBytes)),
    processCount ?? UNKNOWN,
  );
}

/** The element is the browser's own, so it needs no script and follows light and dark. */
function bar(label: string, share: number, text: string): Html {
  return html`<meter min="0" max="1" value="${share.toFixed(3)}" aria-label="${label}">
      ${text}</meter
    >${text}`;
}

/** What can't be read and matters here has a second row, that tells what to do. */
function sourceRows({ info, state, coveredBy, fallback }: ProbedSource): Html[] {
  if (state.available) return [row(info.name, html`<span class="ok">readable</span>`, state.path)];
  const { path, reason, detail } = state;
  const where = detail === undefined ? path : `${path}: ${detail}`;
  if (coveredBy) {
    const style = reason === "broken" ? "bad" : "dim";
    const text =
      reason === "broken" ? `broken, not needed: ${coveredBy}` : `not needed: ${coveredBy}`;
    return [row(info.name, html`<span class="${style}">${text}</span>`, where)];
  }
  const instead = fallback === undefined ? "" : ` Read instead: ${fallback}.`;
  const why = reason === "missing" ? "Why" : "To do";
  return [
    row(info.name, html`<span class="bad">${reason}</span>`, where),
    html`<tr class="more">
      <td></td>
      <td colspan="2">
        Lost without it: ${info.lost}.${instead} ${why}: ${remedyOf(info, reason)}.
      </td>
    </tr>`,
  ];
}
