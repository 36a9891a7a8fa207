import { describe, expect, test } from "bun:test";
import { parseYaml } from "../../../src/web/config/yaml.ts";
import { FUZZ_TIMEOUT_MS, fuzz } from "../../helpers/fuzz.ts";

describe("parseYaml", () => {
  test.each([
    ["", {}],
    ["# nothing\n\n", {}],
    ["---\na: 1\n", { a: 1 }],
    ["a:\n  b: c\n  d:\n  - e\n  - f\ng: h", { a: { b: "c", d: ["e", "f"] }, g: "h" }],
    ["a:\n- b\n- c\n", { a: ["b", "c"] }],
    ["\"a\": 'b' # c\n", { a: "b" }],
    ["a: |\n  b: c\n  b: c\n\nd: e\n", { a: "b: c\nb: c\n", d: "e" }],
    ["a: >-\n  b: c\n  b: c\nd: e\n", { a: "b: c b: c", d: "e" }],
    ["a: {b: c, d: [e, f], g: {h: i}}\n", { a: { b: "c", d: ["e", "f"], g: { h: "i" } } }],
    ["a: {b: 'c, d: e',\n  f: g}\n", { a: { b: "c, d: e", f: "g" } }],
    ["a: 'b\n  c: d'\ne: f", { a: "b c: d", e: "f" }],
    ["a: b\n  c\nd: e", { a: "b c", d: "e" }],
    ["a: $2y$10$x.y/z\nhttp://b: c", { a: "$2y$10$x.y/z", "http://b": "c" }],
    ["a:\n  b: 1\nc:\n  b: 2\n", { a: { b: 1 }, c: { b: 2 } }],
    ["a: {b: 1}\r\nc: 2\r\n", { a: { b: 1 }, c: 2 }],
    ["alice smith: x\nbob@example.org: y\n", { "alice smith": "x", "bob@example.org": "y" }],
    ["a:\n  - 'b: c'\n", { a: ["b: c"] }],
  ])("%j", (text, value) => {
    expect(parseYaml(text)).toEqual(value);
  });

  test.each([
    ["a: 1\na: 2\n", 'line 2: duplicate key "a"'],
    ["a: 1\n'a': 2\n", 'line 2: duplicate key "a"'],
    ['a: 1\n"\\x61": 2\n', 'line 2: duplicate key "a"'],
    ["a:\n  b: 1\n  c: 2\n  b: 3\n", 'line 4: duplicate key "b"'],
    ["a:\n  b: 1\nc: 1\na:\n  d: 1\n", 'line 4: duplicate key "a"'],
    ["a: {b: 1,\n b: 2}\n", 'line 2: duplicate key "b"'],
    ["a: {b: {c: 1}, 'b': {}}\n", 'line 1: duplicate key "b"'],
    ["a: |\n  b: c\na: d\n", 'line 3: duplicate key "a"'],
    ["__proto__: 1\n__proto__: 2\n", 'line 2: duplicate key "__proto__"'],
  ])("%j has a duplicate", (text, message) => {
    expect(() => parseYaml(text)).toThrow(message);
  });

  test.each([
    ["a: *x\n", "line 1: aliases are not supported"],
    ["- a\n- b\n", "want a mapping of settings"],
    ["just a word", "want a mapping of settings"],
    ["a: b: c\n", "invalid YAML"],
    ["1.0: a\n1: b\n", 'line 1: key "1.0" is ambiguous: put it in quotes, on a line of its own'],
    ["a: [b: 1, b: 2]\n", "a: unsupported list of lists or mappings"],
    ["a: [[b]]\n", "unsupported list of lists or mappings"],
  ])("%j is refused in one line", (text, message) => {
    let said = "";
    try {
      parseYaml(text);
    } catch (error) {
      said = (error as Error).message;
    }
    expect(said).toContain(message);
    expect(said).not.toContain("\n");
  });

  const WORDS = [
    "a",
    "b",
    "'a'",
    '"b"',
    "c d",
    "- ",
    "-",
    ": ",
    ":",
    "\n",
    "\n  ",
    "\n    ",
    "{",
    "}",
  ];
  const MORE = [
    "[",
    "]",
    ", ",
    "|",
    ">",
    "#",
    " # x",
    "'",
    '"',
    "\\",
    "&a",
    "*a",
    "!",
    "\t",
    "?",
    "<<",
  ];

  test(
    "whatever the text, it ends with a mapping without hidden keys or with one line",
    () =>
      fuzz("yaml", (random) => {
        let text = "";
        for (let i = random.below(30); i >= 0; i--) text += random.pick([...WORDS, ...MORE]);
        try {
          parseYaml(text);
        } catch (error) {
          expect((error as Error).message).not.toContain("\n");
          expect(error).not.toBeInstanceOf(TypeError);
          expect(error).not.toBeInstanceOf(RangeError);
        }
      }),
    FUZZ_TIMEOUT_MS,
  );

  test(
    "a key that is written twice is found, in whatever style",
    () =>
      fuzz("duplicate keys", (random) => {
        const styles = [(k: string) => k, (k: string) => `'${k}'`, (k: string) => `"${k}"`];
        const values = ["1", "x y", "'q: r'", "|\n    t: u", "\n  - v", "{w: 1}", "[z]", "", "# n"];
        const keys = ["k", "l", "m"].flatMap((key) => (random.chance(0.5) ? [key, key] : [key]));
        const isTwice = new Set(keys).size < keys.length;
        const text = keys
          .map((key) => `${random.pick(styles)(key)}: ${random.pick(values)}\n`)
          .join(random.pick(["", "\n", "# c\n"]));
        if (isTwice) expect(() => parseYaml(text)).toThrow("duplicate key");
        else expect(Object.keys(parseYaml(text))).toEqual(["k", "l", "m"]);
      }),
    FUZZ_TIMEOUT_MS,
  );

  test.each(["a: ", "'", '"', "{", "[", " ", "\n", "a:\n ", "#", "- ", ":", "\\"])(
    "%j many times takes time in proportion",
    (piece) => {
      const cpu = (times: number) => {
        const text = piece.repeat(times);
        const start = process.cpuUsage();
        try {
          parseYaml(text);
        } catch {
          // Refused; the time counts.
        }
        const { user } = process.cpuUsage(start);
        return user;
      };
      cpu(1_000);
      // Sixteen times the length: quadratic work would take 256 times as long.
      expect(cpu(160_000)).toBeLessThan(64 * Math.max(cpu(10_000), 5_000));
    },
  );
});
