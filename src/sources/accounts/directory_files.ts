/**
 * Accounts that a host's name services know and its `/etc/passwd` does not, as far as they are in files: those of
 * libnss-extrausers (`/var/lib/extrausers`, written like passwd(5) and group(5)) and those of systemd's userdb.
 * For a host that getent does not run on. What can't be read names nobody, and `fault` tells; what can't be read just
 * now, for want of descriptors say, is an error.
 */
import type { CachedFile } from "../cached_file.ts";
import { isGone, isShortage } from "../errors.ts";
import type { Root } from "../root.ts";
import { groupFile } from "./group.ts";
import { type AccountTable, passwdFile } from "./passwd.ts";
import { Userdb } from "./userdb.ts";

const FOLDER = "/var/lib/extrausers";

export class DirectoryFiles {
  private readonly passwd: CachedFile<AccountTable>;
  private readonly group: CachedFile<Map<number, string>>;
  private readonly userdb: Userdb;
  private passwdFault: unknown;
  private groupFault: unknown;

  constructor(root: Root) {
    this.passwd = passwdFile(root, `${FOLDER}/passwd`);
    this.group = groupFile(root, `${FOLDER}/group`);
    this.userdb = new Userdb(root);
  }

  /** In the order in which they count; each the same object as before while nothing in it has changed. */
  async accounts(): Promise<AccountTable[]> {
    const extra = await contentOf(this.passwd, (fault) => (this.passwdFault = fault));
    return [...(extra ? [extra] : []), await this.userdb.users()];
  }

  /** Names by gid, in the order in which they count. */
  async groups(): Promise<ReadonlyMap<number, string>[]> {
    const extra = await contentOf(this.group, (fault) => (this.groupFault = fault));
    return [...(extra ? [extra] : []), await this.userdb.groups()];
  }

  /** Why one of them that is there can't be used; undefined while all can. */
  get fault(): unknown {
    return this.passwdFault ?? this.groupFault ?? this.userdb.fault;
  }
}

async function contentOf<T>(
  file: CachedFile<T>,
  tell: (fault: unknown) => void,
): Promise<T | undefined> {
  tell(undefined);
  try {
    return await file.get();
  } catch (error) {
    if (isShortage(error)) throw error;
    if (!isGone(error)) tell(error);
    return undefined;
  }
}
