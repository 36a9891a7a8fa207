import { describe, expect, test } from "bun:test";
import { readCommandLine } from "../../src/cli/command_line.ts";
import { FLAGS } from "../../src/cli/flags.ts";
import { invoke } from "../../src/cli/invocation.ts";
import { reload } from "../../src/cli/reload.ts";
import { HostState } from "../../src/collectors/runtime/host_state.ts";
import { Snapshot } from "../../src/collectors/runtime/snapshot.ts";
import { createLog } from "../../src/log.ts";
import { TempTree } from "../helpers/temp_tree.ts";

/** A running exporter that was started with that environment and those words, and its environment file. */
function running(started: Record<string, string>, words: string[] = ["--log.level=warn"]) {
  const tree = new TempTree();
  const lines: string[] = [];
  const file = `--environment.file=${tree.folder}/env`;
  const invocation = invoke(readCommandLine([...words, file], {}, FLAGS).flags, FLAGS, started);
  const log = createLog("info", "logfmt", false, (line) => lines.push(line));
  const host = new HostState({ ...invocation.config, root: tree.root, log });
  return {
    host,
    log,
    lines,
    [Symbol.dispose]: () => tree[Symbol.dispose](),
    reload(text: string | undefined) {
      if (text !== undefined) tree.write("/env", text);
      reload(invocation, { host, log });
    },
  };
}

describe("reload", () => {
  test("takes over excluded users, SSH ports and the level", () => {
    using it = running({ EXCLUDE_USERS: "old", SSH_PORTS: "22" });
    it.reload("EXCLUDE_USERS=gdm,root\nSSH_PORTS=2222\nLOG_LEVEL=debug\n");
    expect(["gdm", "root", "old"].map((name) => it.host.settings.users.shows(name))).toEqual([
      false,
      false,
      true,
    ]);
    expect([...it.host.settings.sshPorts]).toEqual([2222]);
    expect(it.host.configReloadSuccess).toBe(1);
    it.log.debug("shown now");
    expect(it.lines.at(-1)).toContain("shown now");
  });

  test("what is being collected keeps the settings it began with", () => {
    using it = running({ EXCLUDE_USERS: "old", SSH_PORTS: "22" });
    const snapshot = new Snapshot(it.host);
    it.reload("EXCLUDE_USERS=new\nSSH_PORTS=2222\n");
    expect([snapshot.isExcluded("old"), snapshot.isExcluded("new")]).toEqual([true, false]);
    expect([...snapshot.settings.sshPorts]).toEqual([22]);
    expect(new Snapshot(it.host).isExcluded("new")).toBe(true);
  });

  test("a line that was taken out is unset: the flag or the default holds again", () => {
    using it = running({ EXCLUDE_USERS: "old", SSH_PORTS: "2222", LOG_LEVEL: "debug" });
    it.reload("# nothing\n");
    expect(it.host.settings.users.shows("old")).toBe(true);
    expect([...it.host.settings.sshPorts]).toEqual([22]);
    it.log.info("below the flag's level");
    it.log.warn("at the flag's level");
    expect(it.lines.map((line) => /msg="(\w+)/.exec(line)?.[1])).toEqual(["at"]);
  });

  test.each(["SSH_PORTS=x\nEXCLUDE_USERS=new\n", "LOG_LEVEL=loud\nEXCLUDE_USERS=new\n", undefined])(
    "with a bad value, or without the file, everything stays: %j",
    (text) => {
      using it = running({ EXCLUDE_USERS: "old" });
      const before = it.host.settings;
      it.reload(text);
      expect(it.host.settings).toBe(before);
      expect(it.host.configReloadSuccess).toBe(0);
      expect(it.lines.at(-1)).toMatch(/level=ERROR .*(SSH_PORTS|LOG_LEVEL|no such file)/);
    },
  );

  test("says which changed settings need a restart", () => {
    using it = running({ PORT: "9" });
    it.reload("PORT=10\n");
    expect(it.lines.filter((line) => line.includes("setting=PORT"))).toHaveLength(1);
    it.lines.length = 0;
    it.reload("PORT=9\n");
    expect(it.lines.join("\n")).not.toContain("restart");
  });

  test("takes the flags in ARGS that can change, and says when others have", () => {
    const ARGS = "--log.level=warn --log.format logfmt";
    using it = running({ ARGS }, ["--log.level=warn", "--log.format=logfmt"]);
    it.reload("ARGS=--log.level=debug --log.format logfmt\n");
    expect(it.host.settings.logLevel).toBe("debug");
    expect(it.lines.join("\n")).not.toContain("setting=ARGS");
    it.reload("ARGS=--log.level=info --log.format json\n");
    expect(it.host.settings.logLevel).toBe("info");
    expect(it.lines.join("\n")).toContain("setting=ARGS");
  });

  test("takes another limit and other expressions over names", () => {
    using it = running({ ARGS: "--users.max=5" }, ["--users.max=5"]);
    expect(it.host.settings.users.max).toBe(5);
    it.reload("ARGS=--users.max=3 --users.exclude=svc-.*\n");
    const { users } = it.host.settings;
    expect([users.max, users.shows("svc-a"), users.shows("a")]).toEqual([3, false, true]);
    it.reload("ARGS=--users.exclude=(a\n");
    expect(it.host.settings.users).toBe(users);
    expect(it.lines.join("\n")).not.toContain("setting=ARGS");
  });

  test("ARGS that the command line did not take say nothing", () => {
    using it = running({ ARGS: "--log.level=debug" }, ["--log.level=warn"]);
    it.reload("ARGS=--log.level=error\n");
    expect(it.host.settings.logLevel).toBe("warn");
    expect(it.host.configReloadSuccess).toBe(1);
  });
});
