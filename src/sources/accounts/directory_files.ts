/**
 * Accounts of name services other than `/etc/passwd` that are in files: those of libnss-extrausers
 * (`/var/lib/extrausers`, in the format of passwd(5) and group(5)) and of systemd's userdb. Used for hosts on which
 * getent does not run. A file that can't be read is skipped, with the reason in `fault`; a shortage, for example of
 * descriptors, is thrown.
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

  /** The first table wins. Each is the same object as before while it has not changed. */
  async accounts(): Promise<AccountTable[]> {
    const extra = await contentOf(this.passwd, (fault) => (this.passwdFault = fault));
    return [...(extra ? [extra] : []), await this.userdb.users()];
  }

  /** Names by gid; the first map wins. */
  async groups(): Promise<ReadonlyMap<number, string>[]> {
    const extra = await contentOf(this.group, (fault) => (this.groupFault = fault));
    return [...(extra ? [extra] : []), await this.userdb.groups()];
  }

  /** Why an existing file can't be used; undefined while all can. */
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
