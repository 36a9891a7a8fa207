import { expect, test } from "bun:test";
import { changesOf } from "../../scripts/mutations.ts";

const afters = (line: string) =>
  changesOf("a.ts", line)
    .flat()
    .map(({ after }) => after);

test.each([
  ["  return a === b;", ["  return a !== b;", "  return undefined as never;"]],
  [
    "  if (a < 5) break;",
    ["  if (a <= 5) break;", "  if (!(a < 5)) break;", "  if (a < 6) break;"],
  ],
  ["const LIMIT_BYTES = 4_096;", ["const LIMIT_BYTES = 4097;"]],
  ["  this.reader.close();", ["  ;"]],
  ['  const text = a ?? "a === b";', ['  const text = a && "a === b";']],
])("%s", (line, expected) => {
  expect(afters(line)).toEqual(expected);
});

test.each([
  "// a === b",
  " * a < 5",
  'import { a } from "./b5.ts";',
  "const EXPRESSION = /a{5} && b/;",
  'const name = "wtmp 5 < 6";',
  "type A = 5;",
])("%s stays as it is", (line) => {
  expect(afters(line)).toEqual([]);
});

test("each change knows its line", () => {
  const [[change] = []] = changesOf("src/a.ts", "// 1\n\nlet a = true;\n");
  expect(change).toEqual({
    file: "src/a.ts",
    line: 3,
    before: "let a = true;",
    after: "let a = false;",
  });
});
