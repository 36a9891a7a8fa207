import { expect, test } from "bun:test";
import { splitWords } from "../../src/cli/split_words.ts";

test.each([
  ["", []],
  ["  ", []],
  ["--a=b", ["--a=b"]],
  [" --a  --b\t--c ", ["--a", "--b", "--c"]],
  [`--a="x y" --b='z "w"'`, ["--a=x y", '--b=z "w"']],
  [`"" ''`, ["", ""]],
  [`a"b c"d`, ["ab cd"]],
])("%j", (text, words) => {
  expect(splitWords(text)).toEqual(words);
});
