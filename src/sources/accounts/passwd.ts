/** `/etc/passwd`: the local accounts. man 5 passwd. */
import { CachedFile } from "../cached_file.ts";
import type { Root } from "../root.ts";

export interface Account {
  name: string;
  uid: number;
  gid: number;
  /** The first comma field of GECOS, with its `&` replaced by the capitalised login name. */
  realName: string;
}

export interface AccountTable {
  byUid: Map<number, Account>;
  byName: Map<string, Account>;
}

export function passwdFile(root: Root): CachedFile<AccountTable> {
  return new CachedFile(root.path("/etc/passwd"), async (path) =>
    parsePasswd(await Bun.file(path).text()),
  );
}

/** The first of several lines with one uid names it, as getpwuid(3) has it. */
export function parsePasswd(text: string): AccountTable {
  const table: AccountTable = { byUid: new Map(), byName: new Map() };
  for (const line of text.split("\n")) {
    const account = parsePasswdLine(line);
    if (!account) continue;
    if (!table.byUid.has(account.uid)) table.byUid.set(account.uid, account);
    if (!table.byName.has(account.name)) table.byName.set(account.name, account);
  }
  return table;
}

/** `name:password:uid:gid:gecos:home:shell`; undefined for a comment, an NIS marker or a broken line. */
export function parsePasswdLine(line: string): Account | undefined {
  const [name = "", , uid = "", gid = "", gecos = ""] = line.split(":");
  if (name === "" || /^[#+-]/.test(name) || !isId(uid) || !isId(gid)) return undefined;
  const capitalised = name[0]!.toUpperCase() + name.slice(1);
  const realName = (gecos.split(",")[0] ?? "").replaceAll("&", capitalised).trim();
  return { name, uid: Number(uid), gid: Number(gid), realName };
}

/** Ids have 32 bits; a greater number in the file is nobody's. */
function isId(text: string): boolean {
  return /^\d{1,10}$/.test(text) && Number(text) < 2 ** 32;
}
