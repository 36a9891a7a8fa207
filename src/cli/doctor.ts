import type { Config } from "../config.ts";
import { Root } from "../sources/root.ts";
import { SOURCES, type SourceInfo, type SourceState, probeSource } from "../sources/catalogue.ts";

/** Prints each source: whether it can be read here, why not, what is lost, and how it can be had. */
export async function doctor(config: Config): Promise<void> {
  const root = new Root(config.rootfs, config.procfs);
  const report = SOURCES.map((info) => describe(info, probeSource(root, info)));
  const who = `Running as uid ${process.geteuid?.()} with groups ${process.getgroups?.().join(", ")}.`;
  process.stdout.write(`${who}\n\n${report.join("\n")}\n`);
}

function describe(info: SourceInfo, state: SourceState): string {
  const name = info.name.padEnd(10);
  if (state.available) return `ok       ${name} ${state.path}`;
  const margin = " ".repeat(20);
  return [
    `${state.reason.padEnd(9)}${name} ${state.path}`,
    `${margin}lost without it: ${info.lost}`,
    `${margin}what to do: ${info.remedy}`,
  ].join("\n");
}
