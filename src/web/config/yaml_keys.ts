/** Finds the keys in a YAML text, to detect duplicates. Does not parse values. */
import {
  closingQuote,
  indentOf,
  isBlank,
  isWordGoingOn,
  skipBlanks,
  unquote,
} from "./yaml_text.ts";

export interface KeyAt {
  name: string;
  /** The names of its parent keys and its own, each after a NUL. */
  path: string;
  line: number;
}

/** A block mapping: its lines begin at the same column. */
interface BlockMap {
  indent: number;
  path: string;
  /** The path of its latest key, the parent of deeper lines. */
  latest: string;
}

/** First characters of values that are refused: anchors, aliases, tags, directives, reserved characters. */
const REFUSED: Readonly<Record<string, string>> = {
  "&": "anchors are not supported",
  "*": "aliases are not supported",
  "!": "tags are not supported",
  "%": "directives are not supported",
  "@": 'a value can\'t begin with "@": put it in quotes',
  "`": 'a value can\'t begin with "`": put it in quotes',
  "?": "complex keys are not supported",
};

/** @throws an Error of one line for unsupported or invalid YAML */
export function findKeys(text: string): KeyAt[] {
  return new KeyFinder(text).find();
}

class KeyFinder {
  private readonly lines: string[];
  private readonly keys: KeyAt[] = [];
  private readonly maps: BlockMap[] = [];
  /** The current line, from 0, and the column in it. */
  private row = 0;
  private column = 0;

  constructor(text: string) {
    this.lines = text.split(/\r\n|\n|\r/);
  }

  find(): KeyAt[] {
    for (; this.row < this.lines.length; this.row++) {
      const line = this.lines[this.row]!;
      this.column = indentOf(line);
      const rest = line.slice(this.column);
      if (rest === "" || rest.startsWith("#")) continue;
      if (rest.startsWith("\t")) this.refuse("tabs can't indent");
      if (this.column === 0 && /^(---|\.\.\.)(\s|$)/.test(rest)) {
        if (rest.trim() !== "---" || this.keys.length > 0) this.refuse("want one document");
        continue;
      }
      this.readEntry(this.column);
    }
    return this.keys;
  }

  /** `key: value`, `- value`, or the next line of a plain scalar. */
  private readEntry(indent: number): void {
    const line = this.lines[this.row]!;
    if (/^-(\s|$)/.test(line.slice(indent))) {
      while (this.maps.length > 0 && this.maps.at(-1)!.indent > indent) this.maps.pop();
      this.column = indent + 1;
      this.skipBlanks();
      if (this.readKey() !== undefined) this.refuse("unsupported list of lists or mappings");
      return this.readValue(indent);
    }
    const name = this.readKey();
    if (name === undefined) return this.readValue(indent);
    while (this.maps.length > 0 && this.maps.at(-1)!.indent > indent) this.maps.pop();
    let map = this.maps.at(-1);
    if (map?.indent !== indent) {
      map = { indent, path: map?.latest ?? "", latest: "" };
      this.maps.push(map);
    }
    map.latest = this.addKey(map.path, name);
    this.readValue(indent);
  }

  /** Reads the key at the current place and moves behind its colon; undefined when there is none. */
  private readKey(): string | undefined {
    const line = this.lines[this.row]!;
    const start = this.column;
    const quote = line[start];
    if (quote === '"' || quote === "'") {
      const end = closingQuote(line, start + 1, quote);
      const colon = end < 0 ? -1 : skipBlanks(line, end + 1);
      if (colon < 0 || line[colon] !== ":" || !isBlank(line[colon + 1])) return undefined;
      this.column = colon + 1;
      return this.unquoted(line.slice(start, end + 1));
    }
    if ("{[|>".includes(quote ?? " ")) return undefined;
    for (let at = line.indexOf(":", start); at >= 0; at = line.indexOf(":", at + 1)) {
      if (!isBlank(line[at + 1])) continue;
      const name = line.slice(start, at).trimEnd();
      if (name.includes(" #")) return undefined;
      this.refuseAt(name[0]);
      this.column = at + 1;
      return name;
    }
    return undefined;
  }

  private addKey(parent: string, name: string): string {
    if (name === "<<") this.refuse("merge keys are not supported");
    const path = `${parent}\0${name}`;
    this.keys.push({ name, path, line: this.row + 1 });
    return path;
  }

  /** Skips the value that begins at the current place. */
  private readValue(indent: number): void {
    this.skipBlanks();
    const first = this.lines[this.row]![this.column];
    if (first === undefined || first === "#") return;
    this.refuseAt(first);
    if (first === "|" || first === ">") return this.skipBlock(indent);
    if (first === '"' || first === "'") {
      this.skipQuoted(first);
      return this.endOfLine();
    }
    if (first === "{" || first === "[") {
      this.readFlow(this.maps.at(-1)?.latest ?? "", 0);
      this.endOfLine();
    }
  }

  /** Skips the lines of a block scalar: those indented deeper than its key. */
  private skipBlock(indent: number): void {
    for (; this.row + 1 < this.lines.length; this.row++) {
      const next = this.lines[this.row + 1]!;
      if (next.trim() !== "" && indentOf(next) <= indent) return;
    }
  }

  /** Moves behind the closing quote, which may be on a later line. */
  private skipQuoted(quote: string): void {
    let from = this.column + 1;
    for (; this.row < this.lines.length; this.row++, from = 0) {
      const end = closingQuote(this.lines[this.row]!, from, quote);
      if (end < 0) continue;
      this.column = end + 1;
      return;
    }
    this.refuse("a quote is not closed");
  }

  /** Reads `{a: b, c: [d]}`, also over several lines. */
  private readFlow(parent: string, depth: number): void {
    if (depth > 16) this.refuse("nested too deeply");
    const isMap = this.lines[this.row]![this.column] === "{";
    this.column++;
    let latest = parent;
    let expectsKey = isMap;
    for (;;) {
      const at = this.nextInFlow();
      if (at === "}" || at === "]") {
        this.column++;
        return;
      }
      if (at === "," || at === ":") {
        expectsKey = isMap && at === ",";
        this.column++;
      } else if (at === "{" || at === "[") {
        if (!isMap) this.refuse("unsupported list of lists or mappings");
        this.readFlow(latest, depth + 1);
      } else {
        const word = this.readFlowWord(at);
        if (expectsKey) latest = this.addKey(parent, word);
        expectsKey = false;
      }
    }
  }

  /** The next character in a flow collection that is neither blank nor comment. */
  private nextInFlow(): string {
    for (; this.row < this.lines.length; this.row++, this.column = 0) {
      this.skipBlanks();
      const at = this.lines[this.row]![this.column];
      if (at !== undefined && at !== "#") return at;
    }
    return this.refuse("a bracket is not closed");
  }

  private readFlowWord(first: string): string {
    this.refuseAt(first);
    const line = this.lines[this.row]!;
    const start = this.column;
    if (first === '"' || first === "'") {
      const row = this.row;
      this.skipQuoted(first);
      return row === this.row ? this.unquoted(line.slice(start, this.column)) : "";
    }
    while (this.column < line.length && !"{}[],".includes(line[this.column]!)) {
      if (line[this.column] === ":" && !isWordGoingOn(line[this.column + 1])) break;
      if (line[this.column] === "#" && isBlank(line[this.column - 1])) break;
      this.column++;
    }
    return line.slice(start, this.column).trimEnd();
  }

  private unquoted(quoted: string): string {
    return unquote(quoted) ?? this.refuse("a quoted text is not well formed");
  }

  private skipBlanks(): void {
    this.column = skipBlanks(this.lines[this.row]!, this.column);
  }

  private endOfLine(): void {
    this.skipBlanks();
    const left = this.lines[this.row]![this.column];
    if (left !== undefined && left !== "#") this.refuse("something follows the value");
  }

  private refuseAt(first: string | undefined): void {
    const reason = REFUSED[first ?? ""];
    if (reason !== undefined) this.refuse(reason);
  }

  private refuse(reason: string): never {
    throw new Error(`line ${Math.min(this.row, this.lines.length - 1) + 1}: ${reason}`);
  }
}
