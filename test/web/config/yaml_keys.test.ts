import { describe, expect, test } from "bun:test";
import { findKeys } from "../../../src/web/config/yaml_keys.ts";

/** `LINE path/of/key` for each key. */
const keysOf = (text: string) =>
  findKeys(text).map(({ line, path }) => `${line} ${path.slice(1).replaceAll("\0", "/")}`);

describe("findKeys", () => {
  test.each([
    ["", []],
    ["# a: 1\n\n", []],
    ["just a word", []],
    ["---\na: 1\n", ["2 a"]],
    ["a: 1\r\nb: 2\rc: 3", ["1 a", "2 b", "3 c"]],
    ["a:\n  b: c\n  d:\n    e: f\ng: h", ["1 a", "2 a/b", "3 a/d", "4 a/d/e", "5 g"]],
    ["a:\n  b: 1\na:\n  b: 2\n", ["1 a", "2 a/b", "3 a", "4 a/b"]],
    ["a:\n- b\n- c\nd: 1", ["1 a", "4 d"]],
    ["\"a\" : 'b: c' # d: e\n'f''g': 1", ["1 a", "2 f'g"]],
    ['"\\x61": 2\n', ["1 a"]],
    ["http://b: c\nalice smith: x", ["1 http://b", "2 alice smith"]],
    ["a: |\n  b: c\n\n   d: e\nf: g\n", ["1 a", "5 f"]],
    ["a:\n  b: >-\n    c: d\n  e: f\n", ["1 a", "2 a/b", "4 a/e"]],
    ["a: b\n  c\nd: e", ["1 a", "3 d"]],
    ["a: 'b\n  c: d'\ne: f", ["1 a", "3 e"]],
    ["a: {b: c, 'd': [e, f], g: {h: i}}\n", ["1 a", "1 a/b", "1 a/d", "1 a/g", "1 a/g/h"]],
    ["a: {b: 'c, d: e', # x: y\n  f: g}\nh: 1", ["1 a", "1 a/b", "2 a/f", "3 h"]],
    ["a: {http://b: c}", ["1 a", "1 a/http://b"]],
    ["a: {}\nb: []", ["1 a", "2 b"]],
  ])("of %j", (text, keys) => {
    expect(keysOf(text)).toEqual(keys);
  });

  test.each([
    ["a: &x 1\nb: *x\n", "line 1: anchors are not supported"],
    ["b: *x\n", "line 1: aliases are not supported"],
    ["a: {b: *x}\n", "line 1: aliases are not supported"],
    ["a: !!str 1\n", "line 1: tags are not supported"],
    ["!a b: c\n", "line 1: tags are not supported"],
    ["<<: {a: 1}\n", "line 1: merge keys are not supported"],
    ["a: {<<: {b: 1}}\n", "line 1: merge keys are not supported"],
    ["? a\n: b\n", "line 1: complex keys are not supported"],
    ["a: @b", 'line 1: a value can\'t begin with "@": put it in quotes'],
    ["a: `b", 'line 1: a value can\'t begin with "`": put it in quotes'],
    ["a: 1\n---\na: 2\n", "line 2: want one document"],
    ["a: 1\n...\n", "line 2: want one document"],
    ["--- a\n", "line 1: want one document"],
    ["%YAML 1.1\n---\na: 1\n", "line 1: directives are not supported"],
    ["a:\n\tb: 1\n", "line 2: tabs can't indent"],
    ["a: 'b\n", "a quote is not closed"],
    ["a: {b: 'c\n", "a quote is not closed"],
    ['"\\q": 1', "line 1: a quoted text is not well formed"],
    ["a: {b: 1\n", "a bracket is not closed"],
    ["a: 'b' c\n", "line 1: something follows the value"],
    ["a: {b: 1} c\n", "line 1: something follows the value"],
    ["a:\n- b: 1\n  b: 2\n", "line 2: unsupported list of lists or mappings"],
    ["a: [{b: 1, b: 2}]\n", "line 1: unsupported list of lists or mappings"],
    ["a: [[b]]\n", "line 1: unsupported list of lists or mappings"],
  ])("%j is refused", (text, message) => {
    expect(() => findKeys(text)).toThrow(message);
  });

  test("mappings may be nested in brackets sixteen deep below the first, and no deeper", () => {
    const nested = (depth: number) => `a: ${"{b: ".repeat(depth)}1${"}".repeat(depth)}\n`;
    expect(findKeys(nested(17))).toHaveLength(18);
    expect(() => findKeys(nested(18))).toThrow("line 1: nested too deeply");
  });
});
