import { expect, test } from "bun:test";
import { ConfigError } from "../src/config.ts";

test.each([
  ['--web.listen-address: invalid address "x"', "--web.listen-address"],
  ["--environment.file: /no/such: no such file or directory", "--environment.file"],
  ["SSH_PORTS: want ports", "SSH_PORTS"],
  ["can't listen on :80: port in use", undefined],
  ["see --web.config.file: it is bad", undefined],
  ["Port: x", undefined],
  ["--flag without more", undefined],
])("%s is about the setting %p", (message, setting) => {
  const error = new ConfigError(message);
  expect(error.setting).toBe(setting as string);
  expect([error.name, error.message]).toEqual(["ConfigError", message]);
});
