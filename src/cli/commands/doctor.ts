import type { Config } from "../../config.ts";
import { type ProbedSource, probeSources, remedyOf } from "../../sources/probe.ts";
import { Root } from "../../sources/root.ts";

/** Prints each source: whether it can be read here, why not, what is lost, and how it can be had. */
export async function doctor({ rootfs, procfs, listen }: Config): Promise<void> {
  const report = probeSources(new Root(rootfs, procfs)).map(describe);
  const groups = process.getgroups?.().join(", ") || "none";
  const who = `This is what uid ${process.geteuid?.()} can read, with the supplementary groups ${groups}.`;
  const page = `http://localhost:${listen.port}/`;
  const service = `A running service has rights of its own: what it can read is at ${page}.`;
  process.stdout.write(`${who}\n${service}\n\n${report.join("\n")}\n`);
}

/** The widths of the columns for state and name, blanks between them included. */
const STATE_WIDTH = 11;
const NAME_WIDTH = 10;

function describe({ info, state, coveredBy }: ProbedSource): string {
  const reason = state.available ? "ok" : state.reason;
  const line = `${reason.padEnd(STATE_WIDTH)}${info.name.padEnd(NAME_WIDTH)}${state.path}`;
  if (state.available) return line;
  const margin = " ".repeat(STATE_WIDTH + NAME_WIDTH);
  if (coveredBy) return `${line}\n${margin}not needed here: ${coveredBy} takes its place`;
  const remedy = `${state.reason === "missing" ? "why" : "to do"}: ${remedyOf(info, state.reason)}`;
  return `${line}\n${margin}lost without it: ${info.lost}\n${margin}${remedy}`;
}
