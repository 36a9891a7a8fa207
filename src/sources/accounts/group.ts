/** `/etc/group`: the local groups. man 5 group. */
import { CachedFile } from "../cached_file.ts";
import type { Root } from "../root.ts";
import { NOT_MOUNTED, READABLE_BY_ALL, type SourceInfo } from "../source.ts";
import { ENTRY_FILE_LIMIT_BYTES, eachEntry } from "./entry_file.ts";
import { isId } from "./passwd.ts";

export const GROUP = {
  name: "group",
  paths: ["/etc/group"],
  limitBytes: ENTRY_FILE_LIMIT_BYTES,
  lost: "primary groups of users",
  whenMissing: NOT_MOUNTED,
  whenForbidden: READABLE_BY_ALL,
} as const satisfies SourceInfo;

/** @param absolute another file of the same format */
export function groupFile(
  root: Root,
  absolute: string = GROUP.paths[0],
): CachedFile<Map<number, string>> {
  return new CachedFile(root.path(absolute), async (path) => {
    const names = new Map<number, string>();
    await eachEntry(path, (line) => addLine(names, line));
    return names;
  });
}

/** Group names by gid. */
export function parseGroup(text: string): Map<number, string> {
  const names = new Map<number, string>();
  for (const line of text.split("\n")) addLine(names, line);
  return names;
}

/** When several lines have the same gid, the first one wins. */
function addLine(names: Map<number, string>, line: string): void {
  const group = parseGroupLine(line);
  if (group && !names.has(group.gid)) names.set(group.gid, group.name);
}

/** `name:password:gid:members`; undefined for a comment, an NIS marker or a broken line. */
export function parseGroupLine(line: string): { name: string; gid: number } | undefined {
  const [name = "", , gid = ""] = line.split(":", 3);
  if (name === "" || /^[#+-]/.test(name) || !isId(gid)) return undefined;
  return { name, gid: Number(gid) };
}
