/** Where blanks, words and quoted text end in a line of YAML. */

export function indentOf(line: string): number {
  let at = 0;
  while (line[at] === " ") at++;
  return at;
}

export function skipBlanks(line: string, from: number): number {
  let at = from;
  while (line[at] === " " || line[at] === "\t") at++;
  return at;
}

export function isBlank(character: string | undefined): boolean {
  return character === undefined || character === " " || character === "\t";
}

export function isWordGoingOn(character: string | undefined): boolean {
  return character !== undefined && !" \t,{}[]".includes(character);
}

/** The index of the closing quote; -1 when it is not in this line. */
export function closingQuote(line: string, from: number, quote: string): number {
  for (let at = from; at < line.length; at++) {
    if (quote === '"' && line[at] === "\\") at++;
    else if (line[at] === quote) {
      if (quote === '"' || line[at + 1] !== "'") return at;
      at++;
    }
  }
  return -1;
}

/**
 * @param quoted text on one line, with its quotes
 * @returns undefined when it is not well formed
 */
export function unquote(quoted: string): string | undefined {
  if (quoted[0] === "'") return quoted.slice(1, -1).replaceAll("''", "'");
  try {
    const value = Bun.YAML.parse(quoted);
    return typeof value === "string" ? value : undefined;
  } catch {
    return undefined;
  }
}
