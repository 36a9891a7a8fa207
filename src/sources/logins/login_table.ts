import { statSync } from "node:fs";
import { versionOf } from "../cached_file.ts";
import { BrokenSourceError, isGone } from "../errors.ts";
import { type SqliteRow, SqliteTable } from "./sqlite_file.ts";

/** The last login of each user name, in seconds since the epoch. */
export type LastLogins = ReadonlyMap<string, number>;

export interface LoginTableOptions {
  table: string;
  columns: readonly string[];
  /** The login in a row's columns; undefined when it is no login. */
  loginIn: (row: readonly unknown[]) => Login | undefined;
  /** Whether rows are updated in place; otherwise they are only added and deleted. */
  rowsChange: boolean;
}

export interface Login {
  user: string;
  seconds: number;
}

/** Most time for reading in one collection; the rest of a long table is read in the next ones. */
const BUDGET_MS = 150;

/** Most user names kept, more than any host has: they take some 16 MiB. */
export const MAX_USERS = 65_536;
export const MAX_NAME_BYTES = 256;

/** Every rowid is below this. */
const TOP = Number.MAX_SAFE_INTEGER;

/** How far a login may be ahead of the clock: the clock may have been set back a little. */
export const FUTURE_SLACK_SECONDS = 60;

/**
 * The newest logins in a table of a SQLite file, read from its newest row down, so that the first row of each user is
 * the last login.
 */
export class LoginTable {
  private version = "";
  private inode = -1;
  /**
   * The known logins, and those of the reading in progress that will replace them; the same map when rows do not
   * change.
   */
  private logins = new Map<string, number>();
  private found = new Map<string, number>();
  /** The highest rowid read, and the rowid below which the reading continues. */
  private highest = 0;
  private below = TOP;

  /**
   * @param nowSeconds the clock that logins are compared with: one of the future is none
   * @param clockMs the clock that measures the time budget
   */
  constructor(
    private readonly path: string,
    private readonly options: LoginTableOptions,
    private readonly nowSeconds: () => number,
    private readonly clockMs: () => number = () => performance.now(),
  ) {}

  /** @throws the system's error, or BrokenSourceError when it has no such table or can't be read now */
  async read(): Promise<LastLogins> {
    const version = versionOf(this.path) + journalVersion(this.path);
    if (version === this.version && this.below === 0) return this.logins;
    const inode = statSync(this.path).ino;
    if (inode !== this.inode || (this.options.rowsChange && this.below === 0)) this.startAgain();
    this.inode = inode;
    const { table: name, columns } = this.options;
    using table = SqliteTable.open(this.path, name, columns);
    if (table) await this.readOn(table);
    else this.below = 0;
    this.version = version;
    if (this.below === 0 && this.options.rowsChange) this.logins = this.found;
    return this.logins;
  }

  private startAgain(): void {
    this.below = TOP;
    this.highest = 0;
    // Too many users are forgotten, so that a table that replaces this one can be read.
    if (this.logins.size >= MAX_USERS) this.logins = new Map();
    this.found = this.options.rowsChange ? new Map() : this.logins;
  }

  private async readOn(table: SqliteTable): Promise<void> {
    const endMs = this.clockMs() + BUDGET_MS;
    const latest = this.nowSeconds() + FUTURE_SLACK_SECONDS;
    const first = table.rowsBelow(TOP);
    const highest = first[0]?.[0] ?? 0;
    // Lower rowids: the rows were deleted and new ones added.
    if (highest < this.highest) this.startAgain();
    if (this.below === TOP) this.highest = highest;
    if (highest > this.highest) {
      const unread = await this.walk(table, TOP, this.highest, latest, endMs);
      this.highest = highest;
      // So many rows were added that they take several collections: the rows below them are read once more.
      if (unread > 0) {
        this.below = unread;
        return;
      }
    }
    this.below = await this.walk(table, this.below, 0, latest, endMs);
  }

  /** @returns the rowid below which there is more to read; 0 when all rows down to `floor` are read */
  private async walk(
    table: SqliteTable,
    top: number,
    floor: number,
    latest: number,
    endMs: number,
  ): Promise<number> {
    for (let below = top; below > floor;) {
      const rows = table.rowsBelow(below);
      for (const row of rows) {
        if (row[0] <= floor) return 0;
        this.take(row, latest);
      }
      if (rows.length === 0) return 0;
      below = rows.at(-1)![0];
      if (this.clockMs() >= endMs) return Math.max(below, 0);
      await Bun.sleep(0);
    }
    return 0;
  }

  private take(row: SqliteRow, latest: number): void {
    const login = this.options.loginIn(row.slice(1));
    if (!login || login.user === "" || !(login.seconds > 0 && login.seconds <= latest)) return;
    if (Buffer.byteLength(login.user) > MAX_NAME_BYTES) return;
    if (!keepLatest(this.found, login)) {
      throw new BrokenSourceError(this.path, `has more than ${MAX_USERS} users`);
    }
    keepLatest(this.logins, login);
  }
}

/** @returns false when there is no room for another user */
export function keepLatest(logins: Map<string, number>, { user, seconds }: Login): boolean {
  const known = logins.get(user);
  if (known === undefined && logins.size >= MAX_USERS) return false;
  if (seconds > (known ?? 0)) logins.set(user, seconds);
  return true;
}

/** The version of the write-ahead log: its rows are not in the database's own file yet. */
function journalVersion(path: string): string {
  try {
    return ` ${versionOf(`${path}-wal`)}`;
  } catch (error) {
    if (isGone(error)) return "";
    throw error;
  }
}

/** PAM services that open a session for a user who is already logged in. */
const NO_LOGIN_SERVICES = new Set([
  "su",
  "su-l",
  "sudo",
  "sudo-i",
  "runuser",
  "runuser-l",
  "cron",
  "atd",
  "systemd-user",
]);

/** Whether sessions of a PAM service are logins: a shell of su is not. */
export function isLoginService(service: unknown): boolean {
  return typeof service !== "string" || !NO_LOGIN_SERVICES.has(service);
}
