/** Finds lines in long tables by a search for bytes, so that nothing is made of the other lines. */

/** After so many searches one walk over all lines, which takes as long as they did, answers the rest. */
const MOST_SEARCHES = 32;

/** No line of the tables that are searched is longer; the kernel's have some 150 bytes. */
const MAX_LINE_BYTES = 512;

const NEWLINE = 0x0a;

/** What a line is found by, or undefined for an odd line. */
type KeyOf = (table: Buffer, start: number) => string | undefined;

export class LineFinder {
  private searches = 0;
  private index: Map<string, [table: Buffer, start: number][]> | undefined;

  /** @param keyOf the key of a line, as it stands in it with what is around it */
  constructor(
    private readonly tables: readonly Buffer[],
    private readonly keyOf: KeyOf,
  ) {}

  /** The lines with this key, and maybe some in which it stands in another place. */
  find(key: string): string[] {
    const lines: string[] = [];
    const add = (table: Buffer, start: number) => {
      const line = lineAt(table, start);
      if (line !== undefined) lines.push(line);
    };
    if (++this.searches > MOST_SEARCHES) {
      this.index ??= this.makeIndex();
      for (const [table, start] of this.index.get(key) ?? []) add(table, start);
    } else {
      const pattern = Buffer.from(key, "latin1");
      for (const table of this.tables) forEachLine(table, pattern, (start) => add(table, start));
    }
    return lines;
  }

  private makeIndex() {
    const index = new Map<string, [table: Buffer, start: number][]>();
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

/** Calls `use` with the start of each line in which the pattern stands. */
export function forEachLine(table: Buffer, pattern: Buffer, use: (start: number) => void): void {
  let end = 0;
  for (;;) {
    const at = table.indexOf(pattern, end);
    if (at < 0) return;
    use(table.lastIndexOf(NEWLINE, at) + 1);
    end = table.indexOf(NEWLINE, at);
    if (end < 0) return;
  }
}

/** A line without its end; undefined when it is cut off or too long. */
export function lineAt(table: Buffer, start: number): string | undefined {
  const end = table.indexOf(NEWLINE, start);
  return end < 0 || end - start > MAX_LINE_BYTES ? undefined : table.toString("latin1", start, end);
}
