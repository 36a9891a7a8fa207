import { describe, expect, test } from "bun:test";
import {
  DOCTOR_FLAGS,
  ENVIRONMENT,
  FLAGS,
  REPEATABLE,
  SESSIONS_FLAGS,
  defaultOf,
} from "../../src/cli/flags.ts";
import { invoke } from "../../src/cli/invocation.ts";
import { COLLECTORS } from "../../src/collectors/registry.ts";

const ALL = Object.entries({ ...FLAGS, ...SESSIONS_FLAGS, ...DOCTOR_FLAGS });

describe("flags", () => {
  test("each has a description of its own, which is a sentence", () => {
    const texts = ALL.map(([, { description }]) => description!);
    for (const text of texts) expect(text).toMatch(/^[A-Z].*\.$/);
    // Two commands have a flag `json`.
    expect(new Set(texts).size).toBe(texts.length);
  });

  test("each that takes a value says what kind of value", () => {
    for (const [name, { type, valueHint }] of ALL)
      expect([name, valueHint !== undefined]).toEqual([name, type === "string"]);
  });

  test("each collector has a switch, without a default", () => {
    const switches = Object.keys(FLAGS).filter((name) => /^collector\.(?!disable)/.test(name));
    expect(switches).toEqual(COLLECTORS.map(({ name }) => `collector.${name}`));
    for (const name of switches) expect(defaultOf(name)).toBeUndefined();
  });

  test("the default of one that can be repeated is a list", () => {
    for (const name of REPEATABLE) expect(defaultOf(name)).toEqual([FLAGS[name]!.default]);
    expect(defaultOf("log.level")).toBe("info");
    expect(defaultOf("no.such")).toBeUndefined();
  });

  test("every default is a good value", () => {
    const words = ALL.filter(([name]) => name in FLAGS && defaultOf(name) !== undefined).map(
      ([name, { default: value }]) => `--${name}=${value}`,
    );
    expect(words.length).toBeGreaterThan(8);
    const given = invoke(words, FLAGS, {});
    expect(given.faults).toEqual([]);
    expect(JSON.stringify(given.config)).toBe(JSON.stringify(invoke([], FLAGS, {}).config));
  });
});

test("each variable that the help names is taken from the environment", () => {
  const values: Record<string, string> = {
    PORT: "7",
    LOG_LEVEL: "debug",
    EXCLUDE_USERS: "bob",
    SSH_PORTS: "2222",
    STATE_DIRECTORY: "/s",
  };
  expect(ENVIRONMENT.map(([name]) => name)).toEqual(Object.keys(values));
  const described = (env: Record<string, string>) => {
    const { config } = invoke([], FLAGS, env);
    const { settings, listen, stateDirectory } = config;
    const { sshPorts, users, logLevel } = settings;
    return JSON.stringify([listen, stateDirectory, [...sshPorts], users.shows("bob"), logLevel]);
  };
  for (const [name, value] of Object.entries(values))
    expect([name, described({ [name]: value })]).not.toEqual([name, described({})]);
});
