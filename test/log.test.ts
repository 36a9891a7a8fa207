import { describe, expect, test } from "bun:test";
import { LOG_LEVELS, type LogFormat, type LogLevel, createLog, logfmt } from "../src/log.ts";

function logOf(level: LogLevel, format: LogFormat = "logfmt") {
  const lines: string[] = [];
  return { log: createLog(level, format, false, (line) => lines.push(line)), lines };
}

describe("createLog", () => {
  test("writes time, level and message first, then the fields", () => {
    const { log, lines } = logOf("info");
    const before = Date.now();
    log.warn("No right", { path: "/run/utmp", count: 3, fatal: false });
    const [, time, rest] = /^time=(\S+) (.*)$/.exec(lines[0]!)!;
    expect(rest).toBe('level=WARN msg="No right" path=/run/utmp count=3 fatal=false');
    expect(new Date(time!).toISOString()).toBe(time!);
    expect(Date.parse(time!)).toBeGreaterThanOrEqual(before);
  });

  test.each(LOG_LEVELS.map((level, i) => [level, LOG_LEVELS.length - i] as const))(
    "at level %s, %d of the four kinds are written",
    (level, count) => {
      const { log, lines } = logOf(level);
      for (const name of LOG_LEVELS) log[name]("x");
      expect(lines).toHaveLength(count);
      expect(lines[0]).toContain(`level=${level.toUpperCase()}`);
    },
  );

  test("the level can be changed while it runs", () => {
    const { log, lines } = logOf("error");
    log.info("a");
    log.setLevel("debug");
    log.debug("b");
    log.setLevel("error");
    log.warn("c");
    expect(lines.map((line) => line.slice(-1))).toEqual(["b"]);
  });

  test("json is one object a line", () => {
    const { log, lines } = logOf("info", "json");
    log.error('two\nlines "x"', { n: 1 });
    expect(lines[0]).not.toContain("\n");
    expect(JSON.parse(lines[0]!)).toMatchObject({ level: "ERROR", msg: 'two\nlines "x"', n: 1 });
  });
});

test("for the journal each line begins with its priority", () => {
  const lines: string[] = [];
  for (const format of ["logfmt", "json"] as const) {
    const log = createLog("debug", format, true, (line) => lines.push(line.slice(0, 4)));
    for (const name of LOG_LEVELS) log[name]("x");
  }
  const priorities = ["<7>", "<6>", "<4>", "<3>"];
  expect(lines.map((line) => line.slice(0, 3))).toEqual([...priorities, ...priorities]);
});

test.each([
  ["plain", "k=plain"],
  ["", 'k=""'],
  ["two words", 'k="two words"'],
  ["a=b", 'k="a=b"'],
  ['a"b', 'k="a\\"b"'],
  ["a\\b", 'k="a\\\\b"'],
  ["a\nlevel=ERROR msg=forged", 'k="a\\nlevel=ERROR msg=forged"'],
  ["a\u0000\u001b", 'k="a\\u0000\\u001b"'],
  ["caf\u00e9", "k=caf\u00e9"],
])("logfmt: %j is %s", (value, text) => {
  expect(logfmt({ k: value })).toBe(text);
});
