/** `/etc/group`: the local groups. man 5 group. */
import { CachedFile } from "../cached_file.ts";
import type { Root } from "../root.ts";

export function groupFile(root: Root): CachedFile<Map<number, string>> {
  return new CachedFile(root.path("/etc/group"), async (path) =>
    parseGroup(await Bun.file(path).text()),
  );
}

/** Group names by gid; the first of several lines with one gid names it. */
export function parseGroup(text: string): Map<number, string> {
  const names = new Map<number, string>();
  for (const line of text.split("\n")) {
    const group = parseGroupLine(line);
    if (group && !names.has(group.gid)) names.set(group.gid, group.name);
  }
  return names;
}

/** `name:password:gid:members`; undefined for a comment, an NIS marker or a broken line. */
export function parseGroupLine(line: string): { name: string; gid: number } | undefined {
  const [name = "", , gid = ""] = line.split(":");
  if (name === "" || /^[#+-]/.test(name) || !/^\d{1,10}$/.test(gid)) return undefined;
  return { name, gid: Number(gid) };
}
