import type { CachedFile } from "../sources/cached_file.ts";
import { readDynamicUser } from "../sources/accounts/dynamic_users.ts";
import type { Getent } from "../sources/accounts/getent.ts";
import { groupFile, parseGroupLine } from "../sources/accounts/group.ts";
import {
  type Account,
  type AccountTable,
  parsePasswdLine,
  passwdFile,
} from "../sources/accounts/passwd.ts";
import type { Root } from "../sources/root.ts";

/** Who a user is. What is not known is an empty string. */
export interface Identity {
  uid: number;
  realName: string;
  primaryGroup: string;
}

const NO_ACCOUNTS: AccountTable = { byUid: new Map(), byName: new Map() };

/**
 * Names for uids and the other way round: from `/etc/passwd` and `/etc/group`, else from what getent
 * has answered, else from what logind or sshd called a user who is logged in.
 */
export class Accounts {
  private readonly passwdFile: CachedFile<AccountTable>;
  private readonly groupFile: CachedFile<Map<number, string>>;
  private local = NO_ACCOUNTS;
  private groups = new Map<number, string>();
  private readonly seenNames = new Map<number, string>();

  /** @param getent undefined where directory services are not to be asked */
  constructor(
    private readonly root: Root,
    private readonly getent: Getent | undefined,
  ) {
    this.passwdFile = passwdFile(root);
    this.groupFile = groupFile(root);
  }

  /** @throws the system's error when /etc/passwd can't be read */
  async refreshPasswd(): Promise<void> {
    this.local = NO_ACCOUNTS;
    this.local = await this.passwdFile.get();
  }

  /** @throws the system's error when /etc/group can't be read */
  async refreshGroup(): Promise<void> {
    this.groups = new Map();
    this.groups = await this.groupFile.get();
  }

  /** The uids of the local accounts. */
  localUids(): Iterable<number> {
    return this.local.byUid.keys();
  }

  /** Remembers what a trusted record of the host (logind, root's sshd) calls a uid. */
  learn(uid: number, name: string): void {
    if (name !== "") this.seenNames.set(uid, name);
  }

  /** The login name, or the decimal uid where no name can be found. */
  nameOf(uid: number): string {
    const account = this.local.byUid.get(uid);
    if (account) return account.name;
    const dynamic = readDynamicUser(this.root, uid);
    if (dynamic !== undefined) {
      this.learn(uid, dynamic);
      return dynamic;
    }
    return this.directoryAccount(String(uid))?.name ?? this.seenNames.get(uid) ?? String(uid);
  }

  /** The uid of a login name, or undefined when no account of that name is known. */
  uidOf(name: string): number | undefined {
    const account = this.local.byName.get(name) ?? this.directoryAccount(name);
    if (account) return account.uid;
    for (const [uid, seen] of this.seenNames) if (seen === name) return uid;
    return undefined;
  }

  /** Who the user is that `nameOf` calls by this name; undefined when that is nobody. */
  identity(name: string): Identity | undefined {
    const account = this.local.byName.get(name) ?? this.directoryAccount(name);
    if (account) {
      const primaryGroup = this.groupName(account.gid) ?? "";
      return { uid: account.uid, realName: account.realName, primaryGroup };
    }
    const uid = this.uidOf(name) ?? (/^\d+$/.test(name) ? Number(name) : undefined);
    return uid === undefined ? undefined : { uid, realName: "", primaryGroup: "" };
  }

  private directoryAccount(key: string): Account | undefined {
    const line = this.getent?.lookup("passwd", key);
    return line === undefined ? undefined : parsePasswdLine(line);
  }

  private groupName(gid: number): string | undefined {
    const local = this.groups.get(gid);
    if (local !== undefined) return local;
    const line = this.getent?.lookup("group", String(gid));
    return line === undefined ? undefined : parseGroupLine(line)?.name;
  }
}
