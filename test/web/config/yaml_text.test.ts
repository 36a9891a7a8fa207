import { expect, test } from "bun:test";
import {
  closingQuote,
  indentOf,
  isBlank,
  isWordGoingOn,
  skipBlanks,
  unquote,
} from "../../../src/web/config/yaml_text.ts";

test("a line is indented by blanks, not by tabs", () => {
  expect(["a", "  a", " \ta", "   ", ""].map(indentOf)).toEqual([0, 2, 1, 3, 0]);
});

test("blanks and tabs are skipped, from a place on", () => {
  expect([skipBlanks("a: \t b", 2), skipBlanks("a", 0), skipBlanks("a  ", 1)]).toEqual([5, 0, 3]);
});

test("a blank is a blank, a tab or the end of the line", () => {
  expect([" ", "\t", undefined, "a", ","].map(isBlank)).toEqual([true, true, true, false, false]);
});

test("a word ends at blanks, commas, brackets and the end of the line", () => {
  const ends = [" ", "\t", ",", "{", "}", "[", "]", undefined];
  expect(ends.filter(isWordGoingOn)).toEqual([]);
  expect([..."a:#'\""].every(isWordGoingOn)).toBe(true);
});

test.each([
  [`"a" b`, 2],
  [`"a\\" b" c`, 6],
  [`"a\\\\" b`, 4],
  [`"a`, -1],
  [`"a\\"`, -1],
  [`'a' b`, 2],
  [`'a''b' c`, 5],
  [`'a\\' b`, 3],
  [`'a''`, -1],
])("the quote of %s closes at %p", (line, at) => {
  expect(closingQuote(line, 1, line[0]!)).toBe(at);
});

test.each([
  [`'it''s'`, "it's"],
  [`'\\n'`, "\\n"],
  [`"\\x61\\n"`, "a\n"],
  [`""`, ""],
  [`"\\q"`, undefined],
])("%s is the text %j", (quoted, text) => {
  expect(unquote(quoted)).toBe(text as string);
});
