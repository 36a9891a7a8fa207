/** The characters after a backslash in C, and their meanings. */
const SIMPLE: Record<string, string> = {
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  s: " ",
};

/** Decodes C's escapes: `\n`, `\\`, `\"`, `\x20`, `\040`, including escaped bytes of UTF-8. */
export function unescapeC(text: string): string {
  if (!text.includes("\\")) return text;
  const parts: Uint8Array[] = [];
  const pattern = /\\(x[0-9a-fA-F]{2}|[0-7]{3}|.)|([^\\]+|\\)/gsu;
  for (const [, escape, plain] of text.matchAll(pattern)) {
    if (escape === undefined) parts.push(Buffer.from(plain!));
    else if (escape.length === 3 && escape[0] === "x")
      parts.push(Uint8Array.of(parseInt(escape.slice(1), 16)));
    else if (escape.length === 3) parts.push(Uint8Array.of(parseInt(escape, 8) & 0xff));
    else parts.push(Buffer.from(SIMPLE[escape] ?? escape));
  }
  return Buffer.concat(parts).toString("utf8");
}
