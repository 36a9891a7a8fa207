/** Small changes of single lines of TypeScript that a test should notice. */

export interface Change {
  file: string;
  /** The first line is 1. */
  line: number;
  before: string;
  after: string;
}

/** Each pattern matches one place of a line; with its replacement. */
const OPERATORS: readonly [
  pattern: RegExp,
  replacement: string | ((...match: string[]) => string),
][] = [
  [/ === /g, " !== "],
  [/ !== /g, " === "],
  [/ < /g, " <= "],
  [/ <= /g, " < "],
  [/ > /g, " >= "],
  [/ >= /g, " > "],
  [/ \+ /g, " - "],
  [/ - /g, " + "],
  [/ \* /g, " / "],
  [/ && /g, " || "],
  [/ \|\| /g, " && "],
  [/ \?\? /g, " && "],
  [/\btrue\b/g, "false"],
  [/\bfalse\b/g, "true"],
  [/\bcontinue;/g, "break;"],
  [/\bMath\.min\b/g, "Math.max"],
  [/\bMath\.max\b/g, "Math.min"],
  [/\bif \((.+)\) /g, "if (!($1)) "],
  [
    /(?<![\w.$"'`#])\d[\d_]*(?![\w.$"'`])/g,
    (digits) => String(Number(digits.replaceAll("_", "")) + 1),
  ],
  [/^(\s*)(?:this\.)?[\w.]+\([^{]*\);$/g, "$1;"],
  [/^(\s*)return (?!undefined;).+;$/g, "$1return undefined as never;"],
];

/**
 * The possible changes of each line of a file; lines without any are left out.
 *
 * Comments, imports, types, regular expressions and quoted texts are not changed.
 */
export function changesOf(file: string, text: string): Change[][] {
  const kept = text
    .split("\n")
    .map((before, i) => ({ before, line: i + 1 }))
    .filter(({ before }) => isCode(before));
  return kept
    .map(({ before, line }) => afters(before).map((after) => ({ file, line, before, after })))
    .filter((list) => list.length > 0);
}

function isCode(line: string): boolean {
  const bare = line.trim();
  return !/^(\/?\*|\/\/|import\b|export (type|interface|\*|\{)|interface\b|type\b|\}? ?from\b)/.test(
    bare,
  );
}

/** All changes of one place of a line. */
function afters(line: string): string[] {
  const masked = mask(line);
  return OPERATORS.flatMap(([pattern, replacement]) =>
    Array.from(masked.matchAll(pattern), (match) => {
      const found = line.slice(match.index, match.index + match[0].length);
      const by = found.replace(new RegExp(pattern.source), replacement as string);
      return line.slice(0, match.index) + by + line.slice(match.index + match[0].length);
    }),
  ).filter((after) => after !== line);
}

/** The line with its strings, templates, expressions and comments masked, of the same length. */
function mask(line: string): string {
  const tokens =
    /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`|\/(?![/*\s])(?:[^/\\\n]|\\.)+\/[a-z]*|\/\/.*$/g;
  return line.replace(tokens, (token) => "_".repeat(token.length));
}
