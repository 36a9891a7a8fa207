import { expect, test } from "bun:test";
import { flagsIn } from "../../src/cli/args_variable.ts";
import { ConfigError } from "../../src/config.ts";

test.each([
  [undefined, []],
  ["", []],
  ["  ", []],
  ["--log.level debug -web.listen-address=:1", ["--log.level=debug", "--web.listen-address=:1"]],
  ["--users.include='a b|c' --log.level=\"warn\"", ["--users.include=a b|c", "--log.level=warn"]],
  [
    "--web.listen-address=:1 --web.listen-address=:2",
    ["--web.listen-address=:1", "--web.listen-address=:2"],
  ],
])("ARGS=%j are the flags %j", (text, flags) => {
  expect(flagsIn(text)).toEqual(flags);
});

test.each([
  ["--bogus=1", "--bogus"],
  ["--log.level=debug doctor", "doctor"],
])("ARGS=%s is refused by what is not understood in it", (text, named) => {
  expect(() => flagsIn(text)).toThrow(ConfigError);
  expect(() => flagsIn(text)).toThrow(named);
});
