import { isGone } from "../sources/errors.ts";
import type { CachedFile } from "../sources/cached_file.ts";
import type { SourceName } from "../sources/catalogue.ts";
import { readLastlog } from "../sources/logins/lastlog.ts";
import { type LastLogins, lastlog2File, wtmpdbFiles } from "../sources/logins/login_databases.ts";
import type { Root } from "../sources/root.ts";
import { WtmpReader } from "../sources/logins/wtmp.ts";
import type { Accounts } from "./accounts.ts";

/** Reads a source, or gives undefined where the host has none or forbids it. */
export type Optional = <T>(source: SourceName, read: () => Promise<T>) => Promise<T | undefined>;

/** The last login of each user that any record of the host has. */
export class LastLoginRecords {
  private readonly wtmp: WtmpReader;
  private readonly lastlog2: CachedFile<LastLogins>;
  private readonly wtmpdbs: CachedFile<LastLogins>[];

  constructor(private readonly root: Root) {
    this.wtmp = new WtmpReader(root);
    this.lastlog2 = lastlog2File(root);
    this.wtmpdbs = wtmpdbFiles(root);
  }

  /**
   * Seconds since the epoch by user name, the newest of all records. A name that no account has (of a
   * deleted user) is left out.
   */
  async read(accounts: Accounts, optional: Optional): Promise<Map<string, number>> {
    const newest = new Map<string, number>();
    const add = (user: string, seconds: number) => {
      if (seconds > (newest.get(user) ?? 0)) newest.set(user, seconds);
    };
    const lastlog = await optional("lastlog", async () =>
      readLastlog(this.root, accounts.knownUids()),
    );
    for (const [uid, seconds] of lastlog ?? []) add(accounts.nameOf(uid), seconds);
    const byName = [
      await optional("wtmp", () => this.wtmp.read()),
      await optional("lastlog2", () => this.lastlog2.get()),
      await optional("wtmpdb", () => this.readWtmpdb()),
    ];
    for (const logins of byName) {
      for (const [user, seconds] of logins ?? []) {
        const name = accounts.recordedName(user);
        if (name !== undefined) add(name, seconds);
      }
    }
    return newest;
  }

  private async readWtmpdb(): Promise<LastLogins> {
    const [first, second] = this.wtmpdbs;
    try {
      return await first!.get();
    } catch (error) {
      if (!isGone(error)) throw error;
      return second!.get();
    }
  }
}
