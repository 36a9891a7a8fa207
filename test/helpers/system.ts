/** The system that the tests run on: what it is, and its own tools to compare with. */
import { spawnSync } from "node:child_process";

export const isLinux = process.platform === "linux";
export const isRoot = process.geteuid?.() === 0;

/** A uid and gid that owns nothing: `nobody` and `nogroup` on Debian. */
export const NOBODY = 65534;

export function hasTool(...names: string[]): boolean {
  return names.every((name) => Bun.which(name) !== null);
}

/**
 * Runs a program and gives what it printed.
 *
 * @throws an Error with what it said on standard error when it fails
 */
export function output(command: string, ...args: string[]): string {
  const result = Bun.spawnSync([command, ...args], { env: { ...process.env, LC_ALL: "C" } });
  if (result.success) return result.stdout.toString();
  throw new Error(`${command} ${args.join(" ")}: ${result.stderr.toString()}`);
}

/**
 * Evaluates an expression that gives JSON in a process without any privilege.
 *
 * @param module what the expression may use, as a path from this folder, named `it`
 */
export function asNobody(module: string, expression: string): unknown {
  const path = Bun.resolveSync(module, import.meta.dir);
  const code = `import * as it from "${path}"; console.log(JSON.stringify(${expression}));`;
  const options = { uid: NOBODY, gid: NOBODY, cwd: "/", timeout: 10_000 };
  const { status, stdout, stderr } = spawnSync(process.execPath, ["-e", code], options);
  if (status === 0) return JSON.parse(stdout.toString());
  throw new Error(`as nobody: ${stderr.toString()}`);
}
