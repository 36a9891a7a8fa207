/** What a test needs of the machine, and how it is left out, visibly, where the machine lacks it. */
import { describe } from "bun:test";
import { accessSync, constants } from "node:fs";
import { delimiter } from "node:path";

/** `root` for being root, else a program's name. */
type Need = string;

/** Servers live there, and the PATH of most users leaves it out. */
const SYSTEM_FOLDERS = ["/usr/local/sbin", "/usr/sbin", "/sbin"];

/** The path of a program, or undefined. */
export function findProgram(name: string): string | undefined {
  const PATH = [process.env["PATH"] ?? "", ...SYSTEM_FOLDERS].join(delimiter);
  return Bun.which(name, { PATH }) ?? undefined;
}

/** Why a test with these needs can't run here, or undefined when it can. */
export function lacking(needs: readonly Need[]): string | undefined {
  if (process.platform !== "linux") return "it needs Linux";
  const missing = needs.filter((need) => !isMet(need));
  return missing.length === 0 ? undefined : `it needs ${missing.join(", ")}`;
}

function isMet(need: Need): boolean {
  return need === "root" ? process.geteuid?.() === 0 : findProgram(need) !== undefined;
}

function isReadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

/** `describe`, or a skipped one that gives the reason in its name and on the console. */
export function describeWith(needs: readonly Need[], name: string, tests: () => void): void {
  const why = lacking(needs);
  if (why === undefined) return void describe(name, tests);
  console.log(`SKIPPED: ${name}: ${why}`);
  describe.skip(`${name} (skipped: ${why})`, tests);
}

/** Whether logind, or elogind, runs here. Its folders are there without it; its first seat is not. */
export function hasLogind(): boolean {
  return isReadable("/run/systemd/seats/seat0");
}
