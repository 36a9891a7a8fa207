import { expect, test } from "bun:test";
import { unescapeC } from "../../src/sources/escape.ts";
import { hasTool, output } from "../helpers/system.ts";

test.each([
  ["", ""],
  ["plain", "plain"],
  ["caf\u00e9 \u65e5\u672c", "caf\u00e9 \u65e5\u672c"],
  [String.raw`a\x20b\040c\sd`, "a b c d"],
  [String.raw`\a\b\f\n\r\t\v`, "\x07\b\f\n\r\t\v"],
  [String.raw`\\n`, String.raw`\n`],
  [String.raw`\"\'`, `"'`],
  // Bytes of UTF-8, one by one, beside letters that stand for themselves.
  [String.raw`\xe6\x97\xa5\346\234\254 caf` + "\u00e9", "\u65e5\u672c caf\u00e9"],
  // Escapes that are none: what stands behind the backslash stays.
  [String.raw`\xg1`, "xg1"],
  [String.raw`\8`, "8"],
  ["\\\u{1f600}", "\u{1f600}"],
  ["end\\", "end\\"],
  [String.raw`\x4`, "x4"],
  [String.raw`\x411`, "A1"],
  ["two\nlines\\n", "two\nlines\n"],
])("%j is %j", (escaped, plain) => {
  expect(unescapeC(escaped)).toBe(plain);
});

test("a byte that is no UTF-8 becomes U+FFFD", () => {
  expect(unescapeC(String.raw`a\xffb`)).toBe("a\ufffdb");
});

test.skipIf(!hasTool("printf"))("undoes octal escapes as printf(1) does", () => {
  const escaped = Array.from(
    { length: 127 },
    (_, i) => `\\${(i + 1).toString(8).padStart(3, "0")}`,
  ).join("");
  expect(unescapeC(escaped)).toBe(output("/usr/bin/printf", escaped));
});

// It is longer than what the engine can pass as arguments of one call.
test("a very long value is read", () => {
  const long = "x".repeat(2_000_000);
  expect(unescapeC(`${long}\\n`).length).toBe(long.length + 1);
});
