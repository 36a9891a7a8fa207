/**
 * A file of `NAME=value` lines as systemd reads it for EnvironmentFile= (man 5 systemd.exec): comments with `#` or `;`,
 * a backslash at the end of a line continues it, quotes around a value are removed.
 */
import { readRegular } from "./regular_file.ts";

const LIMIT_BYTES = 64 * 1024;

/** @throws the system's error when the file can't be read, BrokenSourceError when it is no regular file */
export function readEnvironmentFile(path: string): Record<string, string> {
  return parseEnvironmentFile(readRegular(path, LIMIT_BYTES).toString("utf8"));
}

/** A later line wins over an earlier one; lines that are no assignment are ignored, as systemd does. */
export function parseEnvironmentFile(text: string): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const line of text.replace(/\\\r?\n/g, "").split(/\r\n|\r|\n/)) {
    const assignment = /^\s*([A-Za-z_][A-Za-z0-9_]*)=(.*)$/.exec(line);
    if (assignment) variables[assignment[1]!] = unquote(assignment[2]!.trim());
  }
  return variables;
}

function unquote(value: string): string {
  const single = /^'([^']*)'$/.exec(value);
  if (single) return single[1]!;
  const double = /^"(.*)"$/s.exec(value);
  return (double ? double[1]! : value).replace(/\\(.)/g, "$1");
}
