/** `/etc/passwd`: the local accounts. man 5 passwd. */
import { CachedFile } from "../cached_file.ts";
import type { Root } from "../root.ts";
import { NOT_MOUNTED, READABLE_BY_ALL, type SourceInfo } from "../source.ts";
import { CutNames } from "./cut_names.ts";
import { ENTRY_FILE_LIMIT_BYTES, eachEntry } from "./entry_file.ts";

export const PASSWD = {
  name: "passwd",
  paths: ["/etc/passwd"],
  limitBytes: ENTRY_FILE_LIMIT_BYTES,
  lost: "names of local users, who are shown as uids",
  whenMissing: NOT_MOUNTED,
  whenForbidden: READABLE_BY_ALL,
} as const satisfies SourceInfo;

/** A longer real name is cut, in UTF-16 code units: users choose it with chfn(1). */
const MAX_REAL_NAME_LENGTH = 128;

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
  cutNames: CutNames;
}

/** @param absolute another file of the same format */
export function passwdFile(
  root: Root,
  absolute: string = PASSWD.paths[0],
): CachedFile<AccountTable> {
  return new CachedFile(root.path(absolute), async (path) => {
    const table = emptyTable();
    await eachEntry(path, (line) => addLine(table, line));
    return table;
  });
}

export function parsePasswd(text: string): AccountTable {
  const table = emptyTable();
  for (const line of text.split("\n")) addLine(table, line);
  return table;
}

export function emptyTable(): AccountTable {
  return { byUid: new Map(), byName: new Map(), cutNames: new CutNames() };
}

function addLine(table: AccountTable, line: string): void {
  const account = parsePasswdLine(line);
  if (account) addAccount(table, account);
}

/** When several accounts have the same uid, the first one wins, as in getpwuid(3). */
export function addAccount({ byUid, byName, cutNames }: AccountTable, account: Account): void {
  if (!byUid.has(account.uid)) byUid.set(account.uid, account);
  if (byName.has(account.name)) return;
  byName.set(account.name, account);
  cutNames.add(account.name);
}

/** `name:password:uid:gid:gecos:home:shell`; undefined for a comment, an NIS marker or a broken line. */
export function parsePasswdLine(line: string): Account | undefined {
  const [name = "", , uid = "", gid = "", gecos = ""] = line.split(":", 5);
  if (name === "" || /^[#+-]/.test(name) || !isId(uid) || !isId(gid)) return undefined;
  return { name, uid: Number(uid), gid: Number(gid), realName: realNameOf(name, gecos) };
}

export function realNameOf(name: string, gecos: string): string {
  const field = gecos.split(",", 1)[0]!.slice(0, MAX_REAL_NAME_LENGTH);
  if (!field.includes("&")) return field.trim().toWellFormed();
  const capitalised = name[0]!.toUpperCase() + name.slice(1, MAX_REAL_NAME_LENGTH);
  const text = field.replaceAll("&", () => capitalised);
  return text.slice(0, MAX_REAL_NAME_LENGTH).trim().toWellFormed();
}

/** Whether a text is a valid id: ids have 32 bits. */
export function isId(text: string): boolean {
  return /^\d{1,10}$/.test(text) && Number(text) < 2 ** 32;
}
