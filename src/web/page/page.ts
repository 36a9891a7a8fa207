import type { ProbedSource } from "../../sources/probe.ts";
import { formatBytes, formatDuration, formatTime, timeZone } from "../../format.ts";
import { attention } from "./attention.ts";
import { UNKNOWN, section } from "./elements.ts";
import { Html, html } from "./html.ts";
import type { RecentFailures } from "../../model/auth/auth_counts.ts";
import { escalationsSection, failuresSection, lastLoginsSection } from "./logins_sections.ts";
import { sessionsSection } from "./sessions_section.ts";
import { slicesSection } from "./slices_section.ts";
import { sourcesSection } from "./sources_section.ts";
import { FAVICON, PAGE_STYLE } from "./style.ts";
import type { OwnCost, Summary } from "./summary.ts";
import { usersSection } from "./users_section.ts";

export interface PageContent {
  version: string;
  /** Undefined when unknown. */
  hostName: string | undefined;
  summary: Summary;
  /** The path of the metrics. */
  telemetryPath: string;
  /** Undefined when no log of logins is readable. */
  recentFailures?: RecentFailures | undefined;
  sources: readonly ProbedSource[];
  nowSeconds: number;
}

const NAME = "User Session Exporter";

/** The page reloads itself after this time, without a script. */
const REFRESH_SECONDS = 30;

const STYLE_HTML = new Html(PAGE_STYLE);

/**
 * The page at `/`: what needs attention, sessions, failed logins, users' costs, sources, and the exporter's own cost.
 */
export function renderPage(content: PageContent): string {
  const { hostName, summary, sources, nowSeconds } = content;
  const document = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="refresh" content="${REFRESH_SECONDS}" />
        <title>${hostName === undefined ? NAME : `${hostName} – ${NAME}`}</title>
        <link rel="icon" href="${FAVICON}" />
        <style>
          ${STYLE_HTML}
        </style>
      </head>
      <body>
        ${header(content)}
        <main>
          ${attention(summary, sources)} ${tiles(summary)}
          ${section("sessions", "Sessions", sessionsSection(summary, nowSeconds))}
          ${section(
            "failures",
            "Failed logins in the last hour",
            failuresSection(content.recentFailures),
          )}
          ${section("users", "Users by CPU and memory", usersSection(summary))}
          ${section("slices", "Slices near their limit", slicesSection(summary))}
          <div class="columns">
            ${section(
              "escalations",
              html`sudo and su <small>counted by the exporter</small>`,
              escalationsSection(summary),
            )}
            ${section("last-logins", "Last logins", lastLoginsSection(summary, nowSeconds))}
          </div>
          ${section("sources", "Sources", sourcesSection(sources))}
        </main>
        <footer>${cost(summary.own, nowSeconds)}</footer>
      </body>
    </html> `;
  return document.text;
}

function header({ hostName, version, telemetryPath, nowSeconds }: PageContent): Html {
  return html`<header>
    <h1>${hostName ?? NAME}</h1>
    <span class="dim">
      ${hostName === undefined ? "" : `${NAME}, `}version ${version}, at ${formatTime(nowSeconds)}
      ${timeZone(nowSeconds)}
    </span>
    <nav>
      <a href="${telemetryPath}">Metrics</a><a href="/api/v1/sessions">Sessions as JSON</a
      ><a href="/-/healthy">Health</a><a href="/-/ready">Readiness</a>
    </nav>
  </header>`;
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

/** The exporter's own cost, in one line. */
function cost(own: OwnCost, nowSeconds: number): Html {
  const { cpuSeconds, startSeconds, residentBytes, scrapeSeconds, series } = own;
  const parts = [`${series} series`];
  if (scrapeSeconds !== undefined)
    parts.push(`collected in ${Math.round(scrapeSeconds * 1000)} ms`);
  if (residentBytes !== undefined) parts.push(`${formatBytes(residentBytes)} resident memory`);
  if (cpuSeconds !== undefined && startSeconds !== undefined) {
    const up = formatDuration(nowSeconds - startSeconds);
    parts.push(`${cpuSeconds.toFixed(1)} s of CPU in the ${up} since it started`);
  }
  return html`The exporter's own cost: ${parts.join(", ")}.`;
}
