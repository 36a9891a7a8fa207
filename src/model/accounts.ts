import type { CachedFile } from "../sources/cached_file.ts";
import { CutNames } from "../sources/accounts/cut_names.ts";
import { DirectoryFiles } from "../sources/accounts/directory_files.ts";
import { readDynamicUid, readDynamicUser } from "../sources/accounts/dynamic_users.ts";
import type { Getent } from "../sources/accounts/getent.ts";
import { groupFile, parseGroupLine } from "../sources/accounts/group.ts";
import {
  type Account,
  type AccountTable,
  parsePasswdLine,
  passwdFile,
} from "../sources/accounts/passwd.ts";
import { isShortage } from "../sources/errors.ts";
import type { Root } from "../sources/root.ts";

/** A user's account. Unknown parts are empty strings. */
export interface Identity {
  uid: number;
  realName: string;
  primaryGroup: string;
}

/** Names that getent would read as a uid. */
const IS_NUMBER = /^[\s+-]*\d+$/;

/**
 * Maps uids to names and names to uids: by `/etc/passwd` and `/etc/group`, else by the name that logind or sshd gave a
 * user who is logged in, else by getent's answers. Where getent is not asked, the files of other name services are read
 * in addition to `/etc/passwd`.
 */
export class Accounts {
  private readonly passwdFile: CachedFile<AccountTable>;
  private readonly groupFile: CachedFile<Map<number, string>>;
  private readonly directoryFiles: DirectoryFiles | undefined;
  /** The accounts of files; the first table that has a name or uid wins. */
  private local: readonly AccountTable[] = [];
  private groups: readonly ReadonlyMap<number, string>[] = [];
  private readonly seenNames = new Map<number, string>();
  private readonly seenUids = new Map<string, number>();
  private readonly seenCutNames = new CutNames();

  /** @param getent undefined when directory services must not be asked */
  constructor(
    private readonly root: Root,
    private readonly getent: Getent | undefined,
  ) {
    this.passwdFile = passwdFile(root);
    this.groupFile = groupFile(root);
    this.directoryFiles = getent === undefined ? new DirectoryFiles(root) : undefined;
  }

  /** Whether a directory service is asked: then a name that is unknown now may be known soon. */
  get asksDirectory(): boolean {
    return this.getent !== undefined;
  }

  /** @throws the system's error when /etc/passwd can't be read, BrokenSourceError when it is no passwd file */
  async refreshPasswd(): Promise<void> {
    const others = (await this.directoryFiles?.accounts()) ?? [];
    const passwd = await this.passwdFile.get().catch((error: unknown) => {
      if (!isShortage(error)) this.local = others;
      throw error;
    });
    this.local = [passwd, ...others];
  }

  /** @throws as `refreshPasswd`, of /etc/group */
  async refreshGroup(): Promise<void> {
    const others = (await this.directoryFiles?.groups()) ?? [];
    const groups = await this.groupFile.get().catch((error: unknown) => {
      if (!isShortage(error)) this.groups = others;
      throw error;
    });
    this.groups = [groups, ...others];
  }

  /** Why one of the files read instead of asking a directory service can't be used; undefined while all can. */
  get directoryFault(): unknown {
    return this.directoryFiles?.fault;
  }

  private localOf(uid: number): Account | undefined {
    for (const table of this.local) {
      const account = table.byUid.get(uid);
      if (account) return account;
    }
    return undefined;
  }

  private localNamed(name: string): Account | undefined {
    for (const table of this.local) {
      const account = table.byName.get(name);
      if (account) return account;
    }
    return undefined;
  }

  /** The uids with a name: of local accounts, and of other users seen so far. May repeat a uid. */
  *knownUids(): Iterable<number> {
    for (const table of this.local) yield* table.byUid.keys();
    yield* this.seenNames.keys();
  }

  /** Remembers the name that a trusted record of the host (logind, root's sshd) gives a uid. */
  learn(uid: number, name: string): void {
    const before = this.seenNames.get(uid);
    if (name === "" || before === name) return;
    if (before !== undefined && this.seenUids.get(before) === uid) this.seenUids.delete(before);
    this.seenNames.set(uid, name);
    if (!this.seenUids.has(name)) this.seenCutNames.add(name);
    this.seenUids.set(name, uid);
  }

  /** The login name, or the decimal uid when no name is found. */
  nameOf(uid: number): string {
    const account = this.localOf(uid);
    if (account) return account.name;
    const dynamic = readDynamicUser(this.root, uid);
    if (dynamic !== undefined) {
      this.learn(uid, dynamic);
      return dynamic;
    }
    const seen = this.seenNames.get(uid);
    if (seen !== undefined) return seen;
    const found = this.directoryAccount(String(uid));
    if (found === undefined) return this.numberOf(uid);
    this.learn(uid, found.name);
    return found.name;
  }

  /** The label of a uid without a name: its number, with `#` before it when that number is another user's name. */
  private numberOf(uid: number): string {
    const text = String(uid);
    return this.localNamed(text) || this.seenUids.has(text) ? `#${text}` : text;
  }

  /** Whether a local account of that name has uid 0. Never asks getent, so any text may be passed in. */
  isRoot(name: string): boolean {
    return name === "root" || this.localNamed(name)?.uid === 0;
  }

  /** The uid of a login name, or undefined when no account of that name is known. */
  uidOf(name: string): number | undefined {
    return (
      this.localNamed(name)?.uid ??
      this.seenUids.get(name) ??
      readDynamicUid(this.root, name) ??
      this.directoryAccountOf(name)?.uid
    );
  }

  /**
   * The account that a login record names, spelled as in every label; undefined when no account matches.
   *
   * @param recorded may be cut to 32 bytes, as in utmp, or written in another case than its account
   */
  recordedName(recorded: string): string | undefined {
    const fitting = new Set(this.seenCutNames.fitting(recorded));
    for (const { cutNames } of this.local) {
      for (const name of cutNames.fitting(recorded)) fitting.add(name);
    }
    if (fitting.size > 0) return fitting.size === 1 ? [...fitting][0] : undefined;
    if (this.localNamed(recorded)) return recorded;
    const uid = this.uidOf(recorded);
    return uid === undefined ? undefined : this.nameOf(uid);
  }

  /** The account of a name that `nameOf` returned; undefined when there is none. */
  identity(name: string): Identity | undefined {
    const account = this.localNamed(name) ?? this.directoryAccountOf(name);
    if (account) {
      const primaryGroup = this.groupName(account.gid) ?? "";
      return { uid: account.uid, realName: account.realName, primaryGroup };
    }
    const uid = this.uidOf(name) ?? uidIn(name);
    return uid === undefined ? undefined : { uid, realName: "", primaryGroup: "" };
  }

  private directoryAccountOf(name: string): Account | undefined {
    return IS_NUMBER.test(name) ? undefined : this.directoryAccount(name);
  }

  private directoryAccount(key: string): Account | undefined {
    const line = this.getent?.lookup("passwd", key);
    return line === undefined ? undefined : parsePasswdLine(line);
  }

  private groupName(gid: number): string | undefined {
    for (const names of this.groups) {
      const local = names.get(gid);
      if (local !== undefined) return local;
    }
    const line = this.getent?.lookup("group", String(gid));
    return line === undefined ? undefined : parseGroupLine(line)?.name;
  }
}

/** The uid in a label that `numberOf` made. */
function uidIn(name: string): number | undefined {
  return /^#?\d{1,10}$/.test(name) ? Number(name.replace("#", "")) : undefined;
}
