/** Finds lines in long tables by a search for bytes, so that nothing is made of the other lines. */

/** After this many searches one walk over all lines, which takes as long as they did, answers the rest. */
const MOST_SEARCHES = 8;

/** No line of the tables that are searched is longer; the kernel's have some 150 bytes. */
const MAX_LINE_BYTES = 512;

const NEWLINE = 0x0a;

/** What a line is found by, or undefined for an odd line. */
type KeyOf = (table: Buffer, start: number) => string | undefined;

type Place = readonly [table: Buffer, start: number];

export class LineFinder {
  private searches = 0;
  private index: Map<string, Place[]> | undefined;

  /** @param keyOf the key of a line, as it stands in it with what is around it */
  constructor(
    private readonly tables: readonly Buffer[],
    private readonly keyOf: KeyOf,
  ) {}

  /** The lines with this key, and maybe some with it in another place; at most `most`. */
  find(key: string, most: number): string[] {
    if (++this.searches <= MOST_SEARCHES) {
      const lines = linesAt(search(this.tables, Buffer.from(key, "latin1")), most);
      // With more lines, users may have made those with the key in another place.
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

/** The start of each line in which the pattern stands. */
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

/** A line without its end; undefined when it is cut off or too long. */
export function lineAt(table: Buffer, start: number): string | undefined {
  const end = table.indexOf(NEWLINE, start);
  return end < 0 || end - start > MAX_LINE_BYTES ? undefined : table.toString("latin1", start, end);
}
