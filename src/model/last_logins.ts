import type { SourceName } from "../sources/catalogue.ts";
import { LastlogReader } from "../sources/logins/lastlog.ts";
import { lastlog2Table } from "../sources/logins/lastlog2.ts";
import type { LoginTable } from "../sources/logins/login_table.ts";
import { WtmpReader } from "../sources/logins/wtmp.ts";
import { WtmpdbReader } from "../sources/logins/wtmpdb.ts";
import type { Root } from "../sources/root.ts";
import type { Accounts } from "./accounts.ts";
import { latestOf } from "./latest_logins.ts";

/** Reads a source; returns undefined where the host has none or forbids it. */
export type Optional = <T>(source: SourceName, read: () => Promise<T>) => Promise<T | undefined>;

/** A host can have hundreds of thousands of accounts, and each last login is a series. */
export const MOST_LAST_LOGINS = 10_000;

/** The last login of each user, from all records of the host. */
export class LastLoginRecords {
  private readonly lastlog: LastlogReader;
  private readonly wtmp: WtmpReader;
  private readonly lastlog2: LoginTable;
  private readonly wtmpdb: WtmpdbReader;

  /** @param nowMs the clock; a login in the future is a broken record */
  constructor(root: Root, nowMs: () => number) {
    const nowSeconds = () => nowMs() / 1000;
    this.lastlog = new LastlogReader(root, nowSeconds);
    this.wtmp = new WtmpReader(root, nowSeconds);
    this.lastlog2 = lastlog2Table(root, nowSeconds);
    this.wtmpdb = new WtmpdbReader(root, nowSeconds);
  }

  /**
   * Seconds since the epoch by user name, the newest of all records. Names without an account (of deleted users) are
   * left out. With too many users, those who logged in last are returned.
   *
   * @param uids uids of users without a local account, for example of a directory service
   * @param max the most users to return
   */
  async read(
    accounts: Accounts,
    uids: Iterable<number>,
    optional: Optional,
    max = 0,
  ): Promise<Map<string, number>> {
    const most = Math.max(MOST_LAST_LOGINS, max);
    const newest = new Map<string, number>();
    const add = (user: string, seconds: number) => {
      if (seconds > (newest.get(user) ?? 0)) newest.set(user, seconds);
    };
    const known = [accounts.knownUids(), uids];
    const lastlog = await optional("lastlog", () => this.lastlog.read(chain(known)));
    for (const [uid, seconds] of await latestOf(lastlog, most)) add(accounts.nameOf(uid), seconds);
    const byName = [
      await optional("wtmp", () => this.wtmp.read()),
      await optional("lastlog2", () => this.lastlog2.read()),
      await optional("wtmpdb", () => this.wtmpdb.read()),
    ];
    for (const logins of byName) {
      for (const [user, seconds] of await latestOf(logins, most)) {
        const name = accounts.recordedName(user);
        if (name !== undefined) add(name, seconds);
      }
    }
    return new Map(await latestOf(newest, most));
  }
}

function* chain<T>(all: readonly Iterable<T>[]): Iterable<T> {
  for (const each of all) yield* each;
}
