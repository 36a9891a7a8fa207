import { describe, expect, test } from "bun:test";
import { ConfigError } from "../../src/config.ts";
import { systemdSockets } from "../../src/web/systemd_sockets.ts";

describe("systemdSockets", () => {
  test("begin at descriptor 3", () => {
    expect(systemdSockets({ LISTEN_FDS: "2", LISTEN_PID: "17" }, 17)).toEqual([3, 4]);
  });

  test.each([
    {},
    { LISTEN_FDS: "1" },
    { LISTEN_FDS: "1", LISTEN_PID: "18" },
    { LISTEN_FDS: "0", LISTEN_PID: "17" },
    { LISTEN_FDS: "x", LISTEN_PID: "17" },
    { LISTEN_FDS: "-1", LISTEN_PID: "17" },
  ])("%j hands none over", (env) => {
    expect(() => systemdSockets(env, 17)).toThrow(ConfigError);
  });
});
