import type { Config } from "../config.ts";
import { Root } from "../sources/root.ts";
import { SOURCES, type SourceInfo, type SourceState, probeSource } from "../sources/catalogue.ts";

/** Prints each source: whether it can be read here, why not, what is lost, and how it can be had. */
export async function doctor(config: Config): Promise<void> {
  const root = new Root(config.rootfs, config.procfs);
  const report = SOURCES.map((info) => describe(info, probeSource(root, info)));
  const groups = process.getgroups?.().join(", ") || "none";
  const who = `Running as uid ${process.geteuid?.()}; supplementary groups: ${groups}.`;
  process.stdout.write(`${who}\n\n${report.join("\n")}\n`);
}

/** The widths of the columns for state and name, blanks between them included. */
const STATE_WIDTH = 11;
const NAME_WIDTH = 10;

function describe(info: SourceInfo, state: SourceState): string {
  const reason = state.available ? "ok" : state.reason;
  const line = `${reason.padEnd(STATE_WIDTH)}${info.name.padEnd(NAME_WIDTH)}${state.path}`;
  if (state.available) return line;
  const margin = " ".repeat(STATE_WIDTH + NAME_WIDTH);
  return `${line}\n${margin}lost without it: ${info.lost}\n${margin}what to do: ${info.remedy}`;
}
