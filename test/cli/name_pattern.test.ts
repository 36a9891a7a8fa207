import { describe, expect, test } from "bun:test";
import { namePattern } from "../../src/cli/name_pattern.ts";
import { ConfigError } from "../../src/config.ts";

const matches = (pattern: string, name: string) => namePattern(pattern, "--x").test(name);

describe("an expression over names", () => {
  test.each([
    ["alice", "alice", true],
    ["alice", "alice2", false],
    ["alice", "malice", false],
    ["a|b", "ab", false],
    ["a|b", "b", true],
    ["svc-.*|tmp-.*|.*-bot|.*-test", "build-bot", true],
    ["EXAMPLE\\\\.*", "EXAMPLE\\bob", true],
    ["[[a-z]&&[^aeiou]]+", "xyz", true],
    ["[\\]\\[]x", "]x", true],
    ["[[a-c][x-z]]*", "axbz", true],
    ["u\\d{1,5}", "u12345", true],
    ["(?:svc|app)-\\w+", "app-1", true],
    ["(?<kind>svc|app)?x", "x", true],
    ["\\p{Lu}\\p{Ll}*", "Éva", true],
    ["(?i:ROOT)", "root", true],
    ["a{2}b{3,}", "aabbbb", true],
    ["(?:ab)+", "abab", true],
    ["\\(a\\)*", "(a))", true],
    [".?.?.?", "xyz", true],
    // As many repetitions as there may be; groups without any count for none.
    [".*a.*b.*", "xaxbx", true],
    ["(a)(b)(c)(d)", "abcd", true],
  ])("%j matches %j: %p", (pattern, name, expected) => {
    expect(matches(pattern, name)).toBe(expected);
  });

  test.each([
    ["(a", "want a JavaScript"],
    ["a)(b", "want a JavaScript"],
    ["[a", "want a JavaScript"],
    ["(?=a)b", "look-around"],
    ["(?!root).*", "look-around"],
    ["(?<=a)b", "look-around"],
    ["(?<!a)b", "look-around"],
    ["(a)\\1", "back reference"],
    ["(?<n>a)\\k<n>", "back reference"],
    ["(a+)+", "nested repetition"],
    ["(?:a*)*b", "nested repetition"],
    ["(a|a)*b", "nested repetition"],
    ["(?:a?){50}a{50}", "nested repetition"],
    ["(x(?:y|z))+", "nested repetition"],
    ["((a{1,9}){1,9}){1,9}", "nested repetition"],
    [".*a.*b.*c.*d", "more than 3 repetitions"],
    ["x|.*a.*b(?:.*c.*d)", "more than 3 repetitions"],
    ["x".repeat(1001), "longer than 1000"],
  ])("%j is refused: %s", (pattern, why) => {
    const refusal = () => namePattern(pattern, "--users.include");
    expect(refusal).toThrow(ConfigError);
    expect(refusal).toThrow(/^--users.include: invalid expression "/);
    expect(refusal).toThrow(why);
    expect(refusal).toThrow("want a JavaScript regular expression without");
  });
});
