/**
 * The drop-in files of systemd's userdb: `NAME.user` and `NAME.group` in the folders below, a JSON object each. The
 * links `UID.user` and `GID.group` point to the same files. man 8 systemd-userdbd, nss-systemd;
 * https://systemd.io/USER_RECORD, https://systemd.io/GROUP_RECORD.
 */
import { CachedFile } from "../cached_file.ts";
import { listFolder } from "../descriptors.ts";
import { BrokenSourceError, isGone, isShortage } from "../errors.ts";
import { readRegular } from "../regular_file.ts";
import type { Root } from "../root.ts";
import {
  type Account,
  type AccountTable,
  addAccount,
  emptyTable,
  isId,
  realNameOf,
} from "./passwd.ts";

/** The folders in order of precedence: the first file of a name wins. */
const FOLDERS = [
  "/etc/userdb",
  "/run/userdb",
  "/run/host/userdb",
  "/usr/local/lib/userdb",
  "/usr/lib/userdb",
];

/** Most files read: each is checked in every collection. */
export const MAX_FILES = 1000;
/** Files read before yielding: at most 4 MiB of JSON. */
const FILES_A_TURN = 64;
export const RECORD_LIMIT_BYTES = 64 * 1024;

export class Userdb {
  private readonly userFiles: RecordFiles;
  private readonly groupFiles: RecordFiles;
  private table = emptyTable();

  constructor(root: Root) {
    this.userFiles = new RecordFiles(root, ".user");
    this.groupFiles = new RecordFiles(root, ".group");
  }

  /** Why one of its files can't be used; undefined while all can. */
  get fault(): unknown {
    return this.userFiles.fault ?? this.groupFiles.fault;
  }

  /** The same object as before while no file has changed. */
  async users(): Promise<AccountTable> {
    if (!(await this.userFiles.refresh())) return this.table;
    this.table = emptyTable();
    for (const record of this.userFiles.records) {
      const account = userOf(record);
      if (account) addAccount(this.table, account);
    }
    return this.table;
  }

  /** Names by gid. */
  async groups(): Promise<Map<number, string>> {
    await this.groupFiles.refresh();
    const names = new Map<number, string>();
    for (const record of this.groupFiles.records) {
      const [gid, name] = groupOf(record) ?? [];
      if (gid !== undefined && !names.has(gid)) names.set(gid, name!);
    }
    return names;
  }
}

/** The files with one ending, each read again when it has changed. */
class RecordFiles {
  private files = new Map<string, CachedFile<unknown>>();
  /** The parsed records; a file that can't be read or is not JSON is skipped. */
  records: unknown[] = [];
  /** Why the last skipped file was skipped. */
  fault: unknown;

  constructor(
    private readonly root: Root,
    private readonly ending: string,
  ) {}

  /** @returns whether anything has changed */
  async refresh(): Promise<boolean> {
    const files = new Map<string, CachedFile<unknown>>();
    for (const path of this.paths()) {
      files.set(path, this.files.get(path) ?? new CachedFile(path, readRecord));
    }
    this.files = files;
    const before = this.records;
    this.records = [];
    this.fault = undefined;
    let looked = 0;
    for (const file of files.values()) {
      if (++looked % FILES_A_TURN === 0) await Bun.sleep(0);
      try {
        this.records.push(await file.get());
      } catch (error) {
        if (isShortage(error)) throw error;
        if (!isGone(error)) this.fault = error;
      }
    }
    const isSame = (record: unknown, index: number) => record === before[index];
    return this.records.length !== before.length || !this.records.every(isSame);
  }

  private paths(): string[] {
    const paths = new Map<string, string>();
    for (const folder of FOLDERS) {
      for (const name of namesIn(this.root.path(folder))) {
        if (!name.endsWith(this.ending) || isId(name.slice(0, -this.ending.length))) continue;
        if (!paths.has(name)) paths.set(name, `${this.root.path(folder)}/${name}`);
        if (paths.size === MAX_FILES) return [...paths.values()];
      }
    }
    return [...paths.values()];
  }
}

function namesIn(folder: string): string[] {
  try {
    return listFolder(folder).sort();
  } catch (error) {
    if (isShortage(error)) throw error;
    return [];
  }
}

function readRecord(path: string): unknown {
  const text = readRegular(path, RECORD_LIMIT_BYTES).toString();
  try {
    return JSON.parse(text);
  } catch {
    throw new BrokenSourceError(path, "invalid JSON");
  }
}

/** The account of a user record; undefined when it is invalid. */
export function userOf(record: unknown): Account | undefined {
  const { userName, uid, gid, realName } = fieldsOf(record);
  if (!isName(userName) || !isUint32(uid)) return undefined;
  return {
    name: userName,
    uid,
    // Without a group of that name, the gid is the uid.
    gid: isUint32(gid) ? gid : uid,
    realName: typeof realName === "string" ? realNameOf(userName, realName) : userName,
  };
}

/** The gid and name of a group record; undefined when it is invalid. */
export function groupOf(record: unknown): [gid: number, name: string] | undefined {
  const { groupName, gid } = fieldsOf(record);
  return isName(groupName) && isUint32(gid) ? [gid, groupName] : undefined;
}

function fieldsOf(record: unknown): Record<string, unknown> {
  return typeof record === "object" && record !== null ? (record as Record<string, unknown>) : {};
}

/** Roughly the names that systemd accepts from another database (valid_user_group_name, relaxed). */
function isName(value: unknown): value is string {
  return typeof value === "string" && /^[^\s:/\p{Cc}+-][^:/\p{Cc}]{0,255}$/u.test(value);
}

function isUint32(value: unknown): value is number {
  return typeof value === "number" && isId(String(value));
}
