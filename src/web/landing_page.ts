import type { SourceInfo, SourceState } from "../sources/catalogue.ts";
import { Html, type Insertable, html } from "./html.ts";
import { LANDING_STYLE } from "./landing_style.ts";
import type { SessionRow, Summary, UserRow } from "./summary.ts";
import { formatBytes, formatDuration, formatPercent, formatTime } from "./units.ts";

export interface LandingPage {
  version: string;
  summary: Summary;
  sources: { info: SourceInfo; state: SourceState }[];
  nowSeconds: number;
}

const UNKNOWN = "–";

/** The page at `/`: what is going on now, where the metrics are, and which sources can be read here. */
export function landingPage({ version, summary, sources, nowSeconds }: LandingPage): string {
  const mostBytes = Math.max(1, ...summary.users.map(({ memoryBytes = 0 }) => memoryBytes));
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>User Session Exporter</title>
        <style>
          ${LANDING_STYLE_HTML}
        </style>
      </head>
      <body>
        <header>
          <h1>User Session Exporter</h1>
          <span class="dim">version ${version}</span>
          <nav>
            <a href="/metrics">Metrics</a><a href="/-/healthy">Health</a
            ><a href="/-/ready">Readiness</a>
          </nav>
        </header>
        <div class="tiles">
          ${tile(sum(summary.sessions), "active sessions")}
          ${tile(new Set(summary.sessions.map(({ user }) => user)).size, "users logged in")}
          ${tile(summary.failedLogins1h ?? UNKNOWN, "failed logins in the last hour", fromSources(summary))}
          ${tile(summary.rootLogins ?? UNKNOWN, "root logins since start")}
        </div>
        <h2>Sessions</h2>
        ${table(
          ["User", "Type", "Terminal", "From", "Since", "Idle"],
          summary.sessions.map((session) => sessionRow(session, nowSeconds)),
          "Nobody is logged in.",
        )}
        <h2>Users by CPU and memory</h2>
        ${table(
          ["User", "CPU", "Memory", "Processes"],
          summary.users.map((user) => userRow(user, mostBytes)),
          "No processes can be seen.",
        )}
        <h2>Sources</h2>
        ${table(["Source", "State", "Where", "Lost without it, and what to do"], sources.map(sourceRow), "")}
      </body>
    </html> `;
  return page.text;
}

const LANDING_STYLE_HTML = new Html(LANDING_STYLE);

function sum(sessions: SessionRow[]): number {
  return sessions.reduce((total, { count }) => total + count, 0);
}

function fromSources({ failedSources1h }: Summary): string | undefined {
  return failedSources1h === undefined ? undefined : `from ${failedSources1h} addresses`;
}

function tile(value: number | string, name: string, note?: string): Html {
  return html`<div class="tile"><b>${value}</b>${name} <small>${note}</small></div>`;
}

function table(headings: string[], rows: Html[], empty: string): Html {
  if (rows.length === 0) return html`<p class="dim">${empty}</p>`;
  const head = headings.map((heading) => html`<th>${heading}</th>`);
  return html`<div class="scroll">
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
    cpuRatio === undefined ? UNKNOWN : bar(cpuRatio, formatPercent(cpuRatio)),
    memoryBytes === undefined ? UNKNOWN : bar(memoryBytes / most, formatBytes(memoryBytes)),
    processCount ?? UNKNOWN,
  );
}

/** The element is the browser's own, so it needs no script and follows light and dark. */
function bar(share: number, text: string): Html {
  return html`<meter min="0" max="1" value="${share.toFixed(3)}">${text}</meter>${text}`;
}

function sourceRow({ info, state }: LandingPage["sources"][number]): Html {
  if (state.available) {
    return row(info.name, html`<span class="ok">readable</span>`, state.path, undefined);
  }
  const remedy = html`Lost: ${info.lost}. To do: ${info.remedy}.`;
  return html`<tr>
    <td>${info.name}</td>
    <td><span class="bad">${state.reason}</span></td>
    <td>${state.path}</td>
    <td class="text">${remedy}</td>
  </tr>`;
}
