import { expect, test } from "bun:test";
import { COLLECTORS } from "../../src/collectors/registry.ts";
import { DOCTOR_FLAGS, FLAGS } from "../../src/cli/flags.ts";
import { invoke } from "../../src/cli/invocation.ts";

test("without flags and environment all has its default, and nothing is at fault", () => {
  const { config, flags, faults } = invoke([], FLAGS, {});
  expect(config.listen).toEqual([{ host: undefined, port: 10041 }]);
  expect(flags["web.listen-address"]).toEqual([":10041"]);
  expect(flags["log.level"]).toBe("info");
  expect([config.systemdSocket, config.getent, config.privacy.realNames]).toEqual([
    false,
    true,
    true,
  ]);
  expect([...config.collectors].toSorted()).toEqual(COLLECTORS.map(({ name }) => name).toSorted());
  expect(faults).toEqual([]);
});

test("a flag that can be repeated can be given once", () => {
  const { config } = invoke(["--web.listen-address=127.0.0.1:1"], FLAGS, {});
  expect(config.listen).toEqual([{ host: "127.0.0.1", port: 1 }]);
});

test("of a flag that can be repeated all values are taken, of others the last", () => {
  const words = [
    "--web.listen-address=127.0.0.1:1",
    "--log.level=debug",
    "--web.listen-address=[::1]:2",
    "--log.level=warn",
  ];
  const { config, flags } = invoke(words, FLAGS, {});
  expect(flags["web.listen-address"]).toEqual(["127.0.0.1:1", "[::1]:2"]);
  expect(config.listen).toEqual([
    { host: "127.0.0.1", port: 1 },
    { host: "::1", port: 2 },
  ]);
  expect(config.settings.logLevel).toBe("warn");
});

test("the environment overrides, and each bad value is a fault with the default in its place", () => {
  const words = ["--log.level=loud", "--users.max=none"];
  const { config, faults } = invoke(words, FLAGS, { PORT: "7" });
  expect(config.listen).toEqual([{ host: undefined, port: 7 }]);
  expect(faults.map(({ setting }) => setting).toSorted()).toEqual(["--log.level", "--users.max"]);
  expect([config.settings.logLevel, config.settings.users.max]).toEqual(["info", 2000]);
});

test("a command's own flags are among the arguments", () => {
  const { args, words, env } = invoke(["--json=true"], { ...FLAGS, ...DOCTOR_FLAGS }, { A: "b" });
  expect(args["json"]).toBe(true);
  expect([words, env]).toEqual([["--json=true"], { A: "b" }]);
});
