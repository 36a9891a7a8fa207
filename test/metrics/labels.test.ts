import { expect, test } from "bun:test";
import { cleanLabel } from "../../src/metrics/labels.ts";

const REPLACED = "\ufffd";

test.each([
  ["", ""],
  ["alice", "alice"],
  ["Al\u00efce \u65e5\u672c \u{1f600}", "Al\u00efce \u65e5\u672c \u{1f600}"],
  ['quote " back \\ slash', 'quote " back \\ slash'],
  ["a\nb\tc\0d", `a${REPLACED}b${REPLACED}c${REPLACED}d`],
  // An escape sequence would change colours, or worse, in a terminal that shows the label.
  ["\u001b[31mred", `${REPLACED}[31mred`],
  ["\u007f\u0080\u009b\u009f\u00a0", `${REPLACED}${REPLACED}${REPLACED}${REPLACED}\u00a0`],
  ["half \ud83d of a pair", `half ${REPLACED} of a pair`],
  ["x".repeat(256), "x".repeat(256)],
  ["x".repeat(257), `${"x".repeat(255)}…`],
  ["x".repeat(1_000_000), `${"x".repeat(255)}…`],
])("%j becomes %j", (value, cleaned) => {
  expect(cleanLabel(value)).toBe(cleaned);
});

test("what comes out can always be encoded and read back", () => {
  for (let code = 0; code <= 0xffff; code++) {
    const cleaned = cleanLabel(String.fromCharCode(code));
    expect(Buffer.from(cleaned).toString()).toBe(cleaned);
  }
});
