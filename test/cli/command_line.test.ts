import { describe, expect, test } from "bun:test";
import type { ArgsDef } from "citty";
import { ConfigError } from "../../src/config.ts";
import { readCommandLine } from "../../src/cli/command_line.ts";

const COMMON: ArgsDef = {
  "web.listen-address": { type: "string", default: ":1" },
  "log.level": { type: "string", default: "info" },
  "collector.users": { type: "boolean", default: true },
  version: { type: "boolean" },
  help: { type: "boolean", alias: "h" },
};
const COMMANDS: Record<string, ArgsDef> = { serve: {}, sessions: { json: { type: "boolean" } } };

/** The command and the flags of a line of words. */
function read(line: string): string {
  const words = line === "" ? [] : line.split(" ");
  const { command = "-", flags } = readCommandLine(words, COMMANDS, COMMON);
  return [command, ...flags].join(" ");
}

describe("readCommandLine", () => {
  test.each([
    ["", "-"],
    ["serve", "serve"],
    ["--log.level=debug", "- --log.level=debug"],
    ["-log.level=debug", "- --log.level=debug"],
    ["--log.level debug", "- --log.level=debug"],
    ["-web.listen-address :9100", "- --web.listen-address=:9100"],
    ["-web.listen-address=:9100", "- --web.listen-address=:9100"],
    ["--web.listen-address=a=b", "- --web.listen-address=a=b"],
    // The word behind a flag is its value, whatever it looks like; so has it Go.
    ["--log.level sessions", "- --log.level=sessions"],
    ["--log.level --version", "- --log.level=--version"],
    ["--log.level - sessions", "sessions --log.level=-"],
    // Before and behind the command.
    ["--log.level debug sessions --json", "sessions --log.level=debug --json=true"],
    ["sessions --json -log.level=warn", "sessions --json=true --log.level=warn"],
    ["--json sessions", "sessions --json=true"],
    // Switches.
    ["--collector.users", "- --collector.users=true"],
    ["--no-collector.users", "- --collector.users=false"],
    ["-no-collector.users", "- --collector.users=false"],
    ["--collector.users=false", "- --collector.users=false"],
    ["--no-collector.users=false", "- --collector.users=true"],
    ["--no-collector.users=true", "- --collector.users=false"],
    ["-h", "- --help=true"],
    ["--h", "- --help=true"],
    ["-help", "- --help=true"],
    ["sessions -version", "sessions --version=true"],
    ["--version serve", "serve --version=true"],
    ["-V", "- --version=true"],
  ])("%j is %j", (line, expected) => {
    expect(read(line)).toBe(expected);
  });

  test.each([
    ["--log.leve=debug", "--log.leve=debug", "did you mean --log.level?"],
    ["--level=debug", "--level=debug", "did you mean --log.level?"],
    ["--listen-address=:1", "--listen-address=:1", "did you mean --web.listen-address?"],
    ["--no-log.level", "--no-log.level", "unknown flag"],
    ["--unknown", "--unknown", "see --help"],
    ["-x", "-x", "unknown flag"],
    ["--", "--", "unknown flag"],
    ["---log.level=debug", "---log.level=debug", "unknown flag"],
    ["--json", "--json", "unknown flag"],
    ["serve --json", "--json", "unknown flag"],
    ["--Log.Level=debug", "--Log.Level=debug", "unknown flag"],
    ["list", '"list"', "want one of serve, sessions"],
    ["serve sessions", '"sessions"', "want one of serve, sessions"],
    ["serve serve", '"serve"', "want one of serve, sessions"],
    ["--version stray", '"stray"', "want one of serve, sessions"],
    ["-", '"-"', "want one of serve, sessions"],
    ["--log.level", "--log.level", "missing value"],
    ["--log.level=", "--log.level=", "missing value"],
    ["sessions --log.level", "--log.level", "missing value"],
    ["--version=yes", "--version=yes", "want true or false"],
    ["--no-collector.users=1", "--no-collector.users=1", "want true or false"],
    ["--collector.users=", "--collector.users=", "want true or false"],
  ])("%j names %s: %s", (line, word, what) => {
    expect(() => read(line)).toThrow(ConfigError);
    const named = new RegExp(`^(unknown command )?${RegExp.escape(word)}.*${RegExp.escape(what)}`);
    expect(() => read(line)).toThrow(named);
  });

  test("an empty word is a stray one", () => {
    expect(() => readCommandLine([""], COMMANDS, COMMON)).toThrow('unknown command ""');
  });

  // Every object inherits these names, so a look-up in one would find them.
  test.each(["--toString=x", "--constructor=x", "--valueOf x", "--__proto__=x"])(
    "%s is unknown too",
    (line) => {
      expect(() => read(line)).toThrow("unknown flag");
    },
  );
});

describe("the command help", () => {
  const readHelp = (line: string) =>
    readCommandLine(line.split(" "), { ...COMMANDS, help: {} }, COMMON, "help");

  test.each([
    ["help", undefined],
    ["help sessions", "sessions"],
    ["help serve", "serve"],
  ])("%s", (line, argument) => {
    expect(readHelp(line)).toEqual({ command: "help", argument, flags: [] });
  });

  test.each(["help list", "help sessions serve", "help help", "sessions help", "help toString"])(
    "%s is refused",
    (line) => {
      expect(() => readHelp(line)).toThrow("unknown command");
    },
  );
});
