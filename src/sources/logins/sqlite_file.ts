/**
 * Reads SQLite files that others may write. SQLite can't be interrupted, so a file is checked before SQLite opens it,
 * and read by rowid in pieces of bounded size. https://sqlite.org/fileformat2.html
 */
import { Database } from "bun:sqlite";
import { lstatSync, readSync } from "node:fs";
import { lendDescriptors, takeBack } from "../descriptors.ts";
import { BrokenSourceError, codeOf, isGone } from "../errors.ts";
import { checkRegular, withRegular } from "../regular_file.ts";

/** Some half a million logins; a larger file is not read. */
export const SQLITE_FILE_LIMIT_BYTES = 64 * 1024 * 1024;

/** Rows of one piece: some milliseconds without the JIT. */
export const PIECE_ROWS = 256;

/** Rows with a longer value are not read. */
const MAX_VALUE_BYTES = 1024;

/** How long to wait for a lock: writers hold it for a few milliseconds. */
const BUSY_TIMEOUT_MS = 50;

/** Descriptors that SQLite needs: for the file, the write-ahead log and its index. */
const SQLITE_DESCRIPTORS = 3;

const MAGIC = "SQLite format 3\0";
const HEADER_BYTES = 100;
const LEAF_TABLE_PAGE = 13;

/** The schemas that are read here have two or three entries. */
const MAX_SCHEMA_ENTRIES = 32;
const MAX_COLUMNS = 32;

/** A row: its rowid, then the requested columns, which are null when a value of the row is too long. */
export type SqliteRow = [rowid: number, ...values: unknown[]];

export class SqliteTable implements Disposable {
  private constructor(
    private readonly path: string,
    private readonly database: Database,
    private readonly sql: string,
  ) {}

  /**
   * Opens a table for reading; the caller must dispose of it.
   *
   * @returns undefined for a database without any table: some packages create an empty file
   * @throws the system's error, or BrokenSourceError when it has no such table or can't be read now
   */
  static open(path: string, table: string, columns: readonly string[]): SqliteTable | undefined {
    if (!checkFile(path)) return undefined;
    for (const suffix of ["-wal", "-journal"]) checkSideFile(path + suffix);
    return described(path, () =>
      lendDescriptors(SQLITE_DESCRIPTORS, () => {
        const database = new Database(path, { readonly: true });
        try {
          database.run(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
          database.run("PRAGMA trusted_schema = OFF");
          if (database.query("SELECT 1 FROM sqlite_schema LIMIT 1").get() === null) {
            database.close();
            return undefined;
          }
          return new SqliteTable(path, database, selectOf(path, database, table, columns));
        } catch (error) {
          database.close();
          throw error;
        }
      }),
    );
  }

  /** The rows below a rowid, highest first: `PIECE_ROWS` of them, or fewer at the end. */
  rowsBelow(rowid: number): SqliteRow[] {
    return described(this.path, () => {
      const rows = this.database.query(this.sql).values(rowid) as SqliteRow[];
      let last = rowid;
      for (const [id] of rows) {
        if (typeof id !== "number" || id >= last) {
          throw new BrokenSourceError(this.path, "has rows out of order");
        }
        last = id;
      }
      return rows;
    });
  }

  [Symbol.dispose](): void {
    this.database.close();
    takeBack();
  }
}

/**
 * Checks on the first page that the schema is small, since SQLite reads the whole schema when it opens a file.
 *
 * @returns false for an empty file
 */
function checkFile(path: string): boolean {
  return withRegular(path, SQLITE_FILE_LIMIT_BYTES, (fd, { size }) => {
    if (size === 0) return false;
    const page = Buffer.alloc(65_536);
    const length = readSync(fd, page, 0, page.length, 0);
    if (length < 512 || page.toString("latin1", 0, MAGIC.length) !== MAGIC) {
      throw new BrokenSourceError(path, "is not an SQLite database");
    }
    const entries = page.readUInt16BE(HEADER_BYTES + 3);
    const isSmall =
      page[HEADER_BYTES] === LEAF_TABLE_PAGE &&
      entries <= MAX_SCHEMA_ENTRIES &&
      Array.from({ length: entries }, (_, i) => page.readUInt16BE(HEADER_BYTES + 8 + 2 * i)).every(
        (at) => hasShortPayload(page, at),
      );
    if (!isSmall) throw new BrokenSourceError(path, "has a schema that is larger than expected");
    return true;
  });
}

/** Whether a payload is short: its length is a varint, of which two bytes hold all numbers below 16,384. */
function hasShortPayload(page: Buffer, at: number): boolean {
  return (page[at] ?? 0xff) < 0x80 || (page[at + 1] ?? 0xff) < 0x80;
}

/** Checks a file that SQLite opens by itself beside the database. */
function checkSideFile(path: string): void {
  try {
    checkRegular(path, lstatSync(path), SQLITE_FILE_LIMIT_BYTES);
  } catch (error) {
    if (!isGone(error)) throw error;
  }
}

/**
 * The SELECT for a table's rows. Refuses views and computed columns, which could compute without end, and a column
 * named rowid, which would hide the real one.
 */
function selectOf(path: string, database: Database, table: string, columns: readonly string[]) {
  const entry = database
    .query<{ type: string }, [string]>(
      "SELECT type FROM sqlite_schema WHERE lower(name) = lower(?) AND rootpage > 0 LIMIT 1",
    )
    .get(table);
  if (entry?.type !== "table") throw new BrokenSourceError(path, `has no table ${table}`);
  const all = database
    .query<{ name: string; hidden: number }, []>(
      `SELECT name, hidden FROM pragma_table_xinfo('${table}') LIMIT ${MAX_COLUMNS + 1}`,
    )
    .all();
  const names = new Set(all.map(({ name }) => name.toLowerCase()));
  const isKnown =
    all.length <= MAX_COLUMNS &&
    all.every(({ name, hidden }) => hidden === 0 && /^\w+$/.test(name)) &&
    !["rowid", "_rowid_", "oid"].some((name) => names.has(name)) &&
    columns.every((name) => names.has(name.toLowerCase()));
  if (!isKnown) throw new BrokenSourceError(path, `has unknown columns in the table ${table}`);
  // octet_length reads only a value's header. To reach a column, SQLite walks over the values before it, so the columns
  // are checked in the order in which they are stored.
  const isShort = all
    .map(({ name }) => `coalesce(octet_length("${name}"), 0) <= ${MAX_VALUE_BYTES}`)
    .join(" AND ");
  const values = columns.map((name) => `CASE WHEN ${isShort} THEN "${name}" END`).join(", ");
  return `SELECT rowid, ${values} FROM "${table}" WHERE rowid < ? ORDER BY rowid DESC LIMIT ${PIECE_ROWS}`;
}

/** Runs a call of SQLite. @throws BrokenSourceError in place of SQLite's errors */
function described<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (error instanceof BrokenSourceError) throw error;
    const code = codeOf(error) ?? "";
    if (code.startsWith("SQLITE_BUSY")) throw new BrokenSourceError(path, "is locked by a writer");
    throw new BrokenSourceError(path, error instanceof Error ? error.message : String(error));
  }
}
