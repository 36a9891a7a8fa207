import { describe, expect, test } from "bun:test";
import { ConfigError } from "../../src/config.ts";
import { ShownUsers } from "../../src/model/shown_users.ts";
import type { Flags } from "../../src/cli/flags.ts";
import { parseListenAddress, readConfig, readConfigLeniently } from "../../src/cli/read_config.ts";

const FLAGS: Flags = {
  "web.listen-address": [":10041"],
  "log.level": "info",
  "log.format": "logfmt",
  "path.rootfs": "/",
  "path.procfs": "",
  "state.directory": "",
  "environment.file": "/etc/default/user_sessions_exporter",
  "accounts.getent": true,
  "collector.disable-defaults": true,
  "collector.sessions": true,
  "privacy.from-ip": "full",
  "privacy.key-file": undefined,
  "users.real-name": true,
  "users.include": undefined,
  "users.exclude": undefined,
  "users.max": "2000",
  "web.systemd-socket": false,
  "web.config.file": undefined,
  "web.telemetry-path": "/metrics",
  version: undefined,
  help: undefined,
};

function message(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as Error).message;
  }
  throw new Error("nothing was thrown");
}

describe("parseListenAddress", () => {
  test.each([
    [":10041", undefined, 10041],
    ["127.0.0.1:80", "127.0.0.1", 80],
    ["host.example.org:9100", "host.example.org", 9100],
    ["[::1]:80", "::1", 80],
    ["[::]:0", "::", 0],
    [":65535", undefined, 65535],
  ])("%s", (text, host, port) => {
    expect(parseListenAddress(text)).toEqual({ host, port });
  });

  test.each([
    ["unix:/run/m.sock", "/run/m.sock", 0o660],
    // The longest that the kernel takes.
    [`unix:/${"x".repeat(106)}`, `/${"x".repeat(106)}`, 0o660],
    ["unix:/run/m.sock?mode=0600", "/run/m.sock", 0o600],
    ["unix:/run/m.sock?mode=666", "/run/m.sock", 0o666],
  ])("%s", (text, path, mode) => {
    expect(parseListenAddress(text)).toEqual({ path, mode });
  });

  test.each([
    "",
    "10041",
    "host",
    "::1:80",
    "[::1]",
    "[host]:80",
    ":",
    ":x",
    ":-1",
    ":65536",
    ":1e3",
    "a b:80",
    "http://host:80",
    ":80/",
    "unix:",
    "unix:relative.sock",
    "unix:/a?mode=9",
    "unix:/a?mode=4777",
    "unix:/a?other=1",
    `unix:/${"x".repeat(107)}`,
  ])("%j is no address, and is named", (text) => {
    const said = message(() => parseListenAddress(text));
    expect(said).toStartWith("--web.listen-address: ");
    expect(said).not.toContain("\n");
  });
});

describe("readConfig", () => {
  test("takes the defaults", () => {
    expect(readConfig(FLAGS, {})).toEqual({
      listen: [{ host: undefined, port: 10041 }],
      systemdSocket: false,
      webConfigFile: undefined,
      telemetryPath: "/metrics",
      logFormat: "logfmt",
      rootfs: "/",
      procfs: undefined,
      collectors: new Set(["sessions"]),
      getent: true,
      stateDirectory: undefined,
      environmentFile: "/etc/default/user_sessions_exporter",
      privacy: { fromIp: "full", keyFile: undefined, realNames: true },
      settings: {
        logLevel: "info",
        sshPorts: new Set([22]),
        users: new ShownUsers({ max: 2000 }),
      },
    });
  });

  test("PORT overrides the port and leaves the host", () => {
    const flags = { ...FLAGS, "web.listen-address": ["127.0.0.1:10041"] };
    expect(readConfig(flags, { PORT: "9" }).listen).toEqual([{ host: "127.0.0.1", port: 9 }]);
  });

  test("PORT overrides one port among sockets, and none where it could be several", () => {
    const several = (...listen: string[]) => ({ ...FLAGS, "web.listen-address": listen });
    expect(readConfig(several("unix:/a", ":1"), { PORT: "9" }).listen).toEqual([
      { path: "/a", mode: 0o660 },
      { host: undefined, port: 9 },
    ]);
    for (const flags of [several("unix:/a"), several(":1", ":2")]) {
      expect(message(() => readConfig(flags, { PORT: "9" }))).toStartWith("PORT: ");
    }
  });

  test.each(["metrics", "", "/a b", "/-/healthy", "/api/v1/sessions", "//x", "/a?b", "/a#b"])(
    "%j is no path for the metrics",
    (path) => {
      const said = message(() => readConfig({ ...FLAGS, "web.telemetry-path": path }, {}));
      expect(said).toStartWith("--web.telemetry-path: ");
    },
  );

  test("LOG_LEVEL overrides the level", () => {
    expect(
      readConfig({ ...FLAGS, "log.level": "error" }, { LOG_LEVEL: "Debug" }).settings.logLevel,
    ).toBe("debug");
    expect(readConfig({ ...FLAGS, "log.level": "ERROR" }, {}).settings.logLevel).toBe("error");
  });

  test("empty variables are as good as none", () => {
    const env = {
      PORT: "",
      LOG_LEVEL: "",
      EXCLUDE_USERS: "",
      SSH_PORTS: " , ",
      STATE_DIRECTORY: "",
    };
    expect(readConfig(FLAGS, env)).toEqual(readConfig(FLAGS, {}));
  });

  test("lists are split at commas, blanks go", () => {
    const config = readConfig(FLAGS, { EXCLUDE_USERS: " root, gdm ,,", SSH_PORTS: "22, 2222" });
    expect((config.settings.users as ShownUsers).excludedNames).toEqual(new Set(["root", "gdm"]));
    const domain = readConfig(FLAGS, { EXCLUDE_USERS: "CORP\\john smith, ann lee@corp.example" });
    expect((domain.settings.users as ShownUsers).excludedNames).toEqual(
      new Set(["CORP\\john smith", "ann lee@corp.example"]),
    );
    expect(config.settings.sshPorts).toEqual(new Set([22, 2222]));
  });

  test("the state directory is the flag's, else systemd's first", () => {
    const env = { STATE_DIRECTORY: "/var/lib/a:/var/lib/b" };
    expect(readConfig(FLAGS, env).stateDirectory).toBe("/var/lib/a");
    expect(readConfig({ ...FLAGS, "state.directory": "/x" }, env).stateDirectory).toBe("/x");
  });

  test.each([
    ["PORT", "x"],
    ["PORT", "65536"],
    ["PORT", "-1"],
    ["PORT", "80 "],
    ["LOG_LEVEL", "loud"],
    ["SSH_PORTS", "22,ssh"],
    ["SSH_PORTS", "0"],
    ["EXCLUDE_USERS", "root bob"],
    ["EXCLUDE_USERS", "alice,root:bob"],
    ["SSH_PORTS", "70000"],
    ["STATE_DIRECTORY", "relative"],
  ])("%s=%s is named, with what would do", (name, value) => {
    const said = message(() => readConfig(FLAGS, { [name]: value }));
    expect(said).toStartWith(`${name}: invalid `);
    expect(said).toMatch(/: want /);
  });

  test.each([
    ["log.level", "verbose"],
    ["log.format", "xml"],
    ["path.rootfs", "host"],
    ["path.procfs", "./proc"],
    ["state.directory", "state"],
    ["environment.file", "env"],
    ["privacy.from-ip", "some"],
    ["privacy.key-file", "key"],
    ["users.max", "0"],
    ["users.max", "1e3"],
    ["users.max", "1000001"],
    ["users.include", "(a"],
    ["users.exclude", "(?=a)"],
  ] as const)("--%s=%s is named, with what would do", (name, value) => {
    const said = message(() => readConfig({ ...FLAGS, [name]: value }, {}));
    expect(said).toMatch(
      new RegExp(`^--${name}: invalid \\w+ "${RegExp.escape(value)}"(: .*)?: want `),
    );
  });
});

describe("readConfigLeniently", () => {
  test("has a fault for each bad value, and the default in its place", () => {
    const flags = {
      ...FLAGS,
      "log.level": "loud",
      "path.rootfs": "x",
      "web.listen-address": ["x"],
    };
    const { config, faults } = readConfigLeniently(flags, { PORT: "x", SSH_PORTS: "2222" });
    expect(faults.map(({ setting }) => setting).toSorted()).toEqual([
      "--log.level",
      "--path.rootfs",
      "--web.listen-address",
      "PORT",
    ]);
    expect(config.rootfs).toBe("/");
    expect(config.settings).toMatchObject({ logLevel: "info", sshPorts: new Set([2222]) });
  });

  test("of good values there is nothing to say", () => {
    expect(readConfigLeniently(FLAGS, {})).toEqual({ config: readConfig(FLAGS, {}), faults: [] });
  });
});
