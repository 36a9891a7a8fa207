/**
 * Accounts that a host's name services know and its `/etc/passwd` does not, as far as they are in files: those of
 * libnss-extrausers (`/var/lib/extrausers`, written like passwd(5) and group(5)) and those of systemd's userdb.
 * For a host that getent does not run on. What can't be read names nobody; what can't be read just now, for want of
 * descriptors say, is an error.
 */
import type { CachedFile } from "../cached_file.ts";
import { isShortage } from "../errors.ts";
import type { Root } from "../root.ts";
import { groupFile } from "./group.ts";
import { type AccountTable, passwdFile } from "./passwd.ts";
import { Userdb } from "./userdb.ts";

const FOLDER = "/var/lib/extrausers";

export class DirectoryFiles {
  private readonly passwd: CachedFile<AccountTable>;
  private readonly group: CachedFile<Map<number, string>>;
  private readonly userdb: Userdb;

  constructor(root: Root) {
    this.passwd = passwdFile(root, `${FOLDER}/passwd`);
    this.group = groupFile(root, `${FOLDER}/group`);
    this.userdb = new Userdb(root);
  }

  /** In the order in which they count; each the same object as before while nothing in it has changed. */
  async accounts(): Promise<AccountTable[]> {
    const extra = await contentOf(this.passwd);
    return [...(extra ? [extra] : []), await this.userdb.users()];
  }

  /** Names by gid, in the order in which they count. */
  async groups(): Promise<ReadonlyMap<number, string>[]> {
    const extra = await contentOf(this.group);
    return [...(extra ? [extra] : []), await this.userdb.groups()];
  }
}

async function contentOf<T>(file: CachedFile<T>): Promise<T | undefined> {
  try {
    return await file.get();
  } catch (error) {
    if (isShortage(error)) throw error;
    return undefined;
  }
}
