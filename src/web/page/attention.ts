/** What needs attention, at the top of the page. */
import { type ProbedSource, remedyOf } from "../../sources/probe.ts";
import { formatDuration, formatPercent } from "../../format.ts";
import { Html, html } from "./html.ts";
import { fullSlices } from "./slices_section.ts";
import type { Summary } from "./summary.ts";

/** One line when all is well, else one for each problem. */
export function attention(summary: Summary, sources: readonly ProbedSource[]): Html {
  const items = [
    ...incomplete(summary),
    ...unreadableSources(sources),
    ...lateLogs(summary),
    ...badWebConfig(summary),
    ...refusedReload(summary),
    ...nearLimits(summary),
    ...foldedUsers(summary),
  ];
  if (items.length === 0) {
    return html`<p class="well">
      All is well: every collector and every source that is needed works.
    </p>`;
  }
  return html`<div class="attention" role="alert">
    <ul>
      ${items.map((item) => html`<li>${item}</li>`)}
    </ul>
  </div>`;
}

function incomplete({ failedCollectors }: Summary): Html[] {
  if (failedCollectors.length === 0) return [];
  return [
    html`<span class="bad">This page is incomplete</span>: failed to collect
      ${failedCollectors.join(", ")}. The exporter's log says why.`,
  ];
}

/** Unreadable sources that no other source replaces. */
function unreadableSources(sources: readonly ProbedSource[]): Html[] {
  return sources.flatMap(({ info, state, coveredBy, fallback }) => {
    if (state.available || coveredBy !== undefined) return [];
    const instead = fallback === undefined ? "" : ` Read instead: ${fallback}.`;
    const why = state.reason === "missing" ? "Why" : "To do";
    return [
      html`<a href="#sources">${info.name}</a> is <span class="bad">${state.reason}</span>. Lost
        without it: ${info.lost}.${instead} ${why}: ${remedyOf(info, state)}.`,
    ];
  });
}

/** A log further behind than this is shown; a shorter lag is normal while much is logged. */
const LATE_SECONDS = 60;

function lateLogs({ logLags }: Summary): Html[] {
  return logLags
    .filter(({ lagSeconds }) => lagSeconds > LATE_SECONDS)
    .map(({ source, lagSeconds }) => {
      const late = formatDuration(lagSeconds);
      return html`The log ${source} is read <span class="bad">${late} late</span>: failed logins of
        the last hour are not known until it is read to its end.`;
    });
}

function badWebConfig({ webConfigFailed }: Summary): Html[] {
  if (!webConfigFailed) return [];
  return [
    html`The web config file is <span class="bad">invalid now</span>: the previous settings stay.
      The exporter's log says why.`,
  ];
}

function refusedReload({ reloadFailed }: Summary): Html[] {
  if (!reloadFailed) return [];
  return [
    html`The last reload was <span class="bad">refused</span>: the previous settings stay. The
      exporter's log says why.`,
  ];
}

/** One line for all slices near a limit. */
function nearLimits(summary: Summary): Html[] {
  const full = fullSlices(summary).map(
    ({ user, resource, used, limit }) => `${user} (${formatPercent(used / limit)} of ${resource})`,
  );
  if (full.length === 0) return [];
  return [
    html`<span class="bad">Near the limit</span> of their <a href="#slices">slice</a>:
      ${full.join(", ")}.`,
  ];
}

function foldedUsers({ usersLimited }: Summary): Html[] {
  if (!usersLimited) return [];
  return [
    html`There are <span class="bad">more users than --users.max</span>: those beyond it are counted
      together, as the user “other”.`,
  ];
}
