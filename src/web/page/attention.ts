/** What somebody has to look at, first of all on the page. */
import { type ProbedSource, remedyOf } from "../../sources/probe.ts";
import { formatDuration } from "../../format.ts";
import { Html, html } from "./html.ts";
import type { Summary } from "./summary.ts";

/** One line when all is well, else one for each thing that is not. */
export function attention(summary: Summary, sources: readonly ProbedSource[]): Html {
  const items = [
    ...incomplete(summary),
    ...unreadableSources(sources),
    ...lateLogs(summary),
    ...badWebConfig(summary),
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

/** Those that nothing else stands in for. */
function unreadableSources(sources: readonly ProbedSource[]): Html[] {
  return sources.flatMap(({ info, state, coveredBy, fallback }) => {
    if (state.available || coveredBy !== undefined) return [];
    const instead = fallback === undefined ? "" : ` Read instead: ${fallback}.`;
    const why = state.reason === "missing" ? "Why" : "To do";
    return [
      html`<a href="#sources">${info.name}</a> is <span class="bad">${state.reason}</span>. Lost
        without it: ${info.lost}.${instead} ${why}: ${remedyOf(info, state.reason)}.`,
    ];
  });
}

/** Less is usual while much is logged. */
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
    html`The web config file is <span class="bad">no good any more</span>: the settings before it
      stay. The exporter's log says why.`,
  ];
}
