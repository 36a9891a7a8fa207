/** Finds lines in long tables by a byte search, without parsing the other lines. */

/** After this many searches, all lines are indexed once, which takes as long as the searches. */
const MOST_SEARCHES = 8;

/** Longest line of the tables; the kernel's have some 150 bytes. */
const MAX_LINE_BYTES = 512;

const NEWLINE = 0x0a;

/** Returns the key of a line; undefined for an invalid line. */
type KeyOf = (table: Buffer, start: number) => string | undefined;

type Place = readonly [table: Buffer, start: number];

export class LineFinder {
  private searches = 0;
  private index: Map<string, Place[]> | undefined;

  /** @param keyOf the key of a line, with its delimiters as they are in the line */
  constructor(
    private readonly tables: readonly Buffer[],
    private readonly keyOf: KeyOf,
  ) {}

  /** The lines with this key, and possibly some with it in another column; at most `most`. */
  find(key: string, most: number): string[] {
    if (++this.searches <= MOST_SEARCHES) {
      const lines = linesAt(search(this.tables, Buffer.from(key, "latin1")), most);
      // With more lines, users may have created those with the key in another column.
      if (lines.length < most) return lines;
    }
    this.index ??= this.makeIndex();
    return linesAt(this.index.get(key) ?? [], most);
  }

  private makeIndex() {
    const index = new Map<string, Place[]>();
    for (const table of this.tables) {
      for (let start = 0; start < table.length;) {
        const key = this.keyOf(table, start);
        if (key !== undefined) {
          const places = index.get(key);
          if (places) places.push([table, start]);
          else index.set(key, [[table, start]]);
        }
        const newline = table.indexOf(NEWLINE, start);
        start = newline < 0 ? table.length : newline + 1;
      }
    }
    return index;
  }
}

function linesAt(places: Iterable<Place>, most: number): string[] {
  const lines: string[] = [];
  for (const [table, start] of places) {
    const line = lineAt(table, start);
    if (line !== undefined && lines.push(line) >= most) break;
  }
  return lines;
}

function* search(tables: readonly Buffer[], pattern: Buffer): Generator<Place> {
  for (const table of tables) {
    for (const start of linesWith(table, pattern)) yield [table, start];
  }
}

/** The start of each line that contains the pattern. */
export function* linesWith(table: Buffer, pattern: Buffer): Generator<number> {
  let end = 0;
  for (;;) {
    const at = table.indexOf(pattern, end);
    if (at < 0) return;
    yield table.lastIndexOf(NEWLINE, at) + 1;
    end = table.indexOf(NEWLINE, at);
    if (end < 0) return;
  }
}

/** A line without its newline; undefined when it is truncated or too long. */
export function lineAt(table: Buffer, start: number): string | undefined {
  const end = table.indexOf(NEWLINE, start);
  return end < 0 || end - start > MAX_LINE_BYTES ? undefined : table.toString("latin1", start, end);
}
