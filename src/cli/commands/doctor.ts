import { writeOutput } from "../../standard_streams.ts";
import type { Config } from "../../config.ts";
import { SOURCES } from "../../sources/catalogue.ts";
import { type ProbedSource, probeSources, remedyOf } from "../../sources/probe.ts";
import { Root } from "../../sources/root.ts";
import type { SourceInfo } from "../../sources/source.ts";

/**
 * Prints for each source whether it can be read, why not, what is lost without it, and how to make it readable. The
 * exit code is 1 when something is lost, else 0.
 */
export async function doctor(config: Config, asJson: boolean): Promise<void> {
  const root = new Root(config.rootfs, config.procfs);
  const probed = probeSources(root, await verify(root));
  const text = asJson ? JSON.stringify(probed.map(toJson), null, 2) : report(probed, config);
  writeOutput(`${text}\n`);
  if (probed.some(isLoss)) process.exitCode = 1;
}

/** Reads some sources as a collection does, and returns their errors: opening them shows less. */
async function verify(root: Root): Promise<Map<string, unknown>> {
  const faults = new Map<string, unknown>();
  for (const { name, verify: read } of SOURCES as readonly SourceInfo[]) {
    try {
      await read?.(root);
    } catch (error) {
      faults.set(name, error);
    }
  }
  return faults;
}

/** Whether something is missing in the metrics without this source. */
function isLoss({ state, coveredBy, fallback }: ProbedSource): boolean {
  if (state.available || coveredBy !== undefined) return false;
  return state.reason !== "missing" || fallback === undefined;
}

function toJson(source: ProbedSource) {
  const { info, state, coveredBy, fallback } = source;
  const common = { source: info.name, path: state.path };
  if (state.available) return { ...common, state: "ok", lost: null };
  return {
    ...common,
    state: state.reason,
    detail: state.detail ?? null,
    lost: isLoss(source) ? info.lost : null,
    remedy: remedyOf(info, state),
    read_instead: coveredBy ?? fallback ?? null,
  };
}

function report(probed: ProbedSource[], { listen }: Config): string {
  const groups = process.getgroups?.() ?? [];
  const member = groups.length > 0 ? `with the groups ${groups.join(", ")}` : "with no other group";
  const who = `This is what uid ${process.geteuid?.()} can read, ${member}.`;
  const tcp = listen.find((address) => "port" in address);
  const page = tcp ? `http://localhost:${tcp.port}/` : "its page at /";
  const service = `A running service has rights of its own: what it can read is at ${page}.`;
  return `${who}\n${service}\n\n${probed.map(describe).join("\n")}`;
}

/** The widths of the columns for state and name, with the blanks between them. */
const STATE_WIDTH = 11;
const NAME_WIDTH = 10;

function describe({ info, state, coveredBy, fallback }: ProbedSource): string {
  const reason = state.available ? "ok" : state.reason;
  const line = `${reason.padEnd(STATE_WIDTH)}${info.name.padEnd(NAME_WIDTH)}${state.path}`;
  if (state.available) return line;
  const more: string[] = [];
  if (state.detail !== undefined) more.push(`what is wrong: ${state.detail}`);
  if (coveredBy !== undefined) more.push(`not needed here: ${coveredBy} takes its place`);
  else {
    more.push(`lost without it: ${info.lost}`);
    if (fallback !== undefined) more.push(`read instead: ${fallback}`);
    const heading = state.reason === "missing" ? "why" : "to do";
    more.push(`${heading}: ${remedyOf(info, state)}`);
  }
  const margin = " ".repeat(STATE_WIDTH + NAME_WIDTH);
  return [line, ...more.map((text) => margin + text)].join("\n");
}
