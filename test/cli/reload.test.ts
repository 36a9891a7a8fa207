import { describe, expect, test } from "bun:test";
import { reload } from "../../src/cli/reload.ts";
import { HostState } from "../../src/collectors/runtime/host_state.ts";
import { type Flags, readConfig } from "../../src/config.ts";
import { createLog } from "../../src/log.ts";
import { TempTree } from "../helpers/temp_tree.ts";

/** A running exporter that was started with that environment, and its environment file. */
function running(started: Record<string, string>) {
  const tree = new TempTree();
  const lines: string[] = [];
  const flags: Flags = {
    "web.listen-address": [":10041"],
    "log.level": "warn",
    "log.format": "logfmt",
    "path.rootfs": tree.folder,
    "path.procfs": "",
    "state.directory": "",
    "environment.file": `${tree.folder}/env`,
    "accounts.getent": false,
    collectors: new Set(),
  };
  const config = readConfig(flags, started);
  const log = createLog("info", "logfmt", (line) => lines.push(line));
  const host = new HostState({ ...config, root: tree.root, log });
  return {
    host,
    log,
    lines,
    [Symbol.dispose]: () => tree[Symbol.dispose](),
    reload(text: string | undefined) {
      if (text !== undefined) tree.write("/env", text);
      reload(config.environmentFile, flags, started, { host, log });
    },
  };
}

describe("reload", () => {
  test("takes over excluded users, SSH ports and the level", () => {
    using it = running({ EXCLUDE_USERS: "old", SSH_PORTS: "22" });
    it.reload("EXCLUDE_USERS=gdm,root\nSSH_PORTS=2222\nLOG_LEVEL=debug\n");
    expect([...it.host.excludeUsers]).toEqual(["gdm", "root"]);
    expect([...it.host.sshPorts]).toEqual([2222]);
    it.log.debug("shown now");
    expect(it.lines.at(-1)).toContain("shown now");
  });

  test("a line that was taken out is unset: the flag or the default holds again", () => {
    using it = running({ EXCLUDE_USERS: "old", SSH_PORTS: "2222", LOG_LEVEL: "debug" });
    it.reload("# nothing\n");
    expect(it.host.excludeUsers.size).toBe(0);
    expect([...it.host.sshPorts]).toEqual([22]);
    it.log.info("below the flag's level");
    it.log.warn("at the flag's level");
    expect(it.lines.map((line) => /msg="(\w+)/.exec(line)?.[1])).toEqual(["at"]);
  });

  test.each(["SSH_PORTS=x\nEXCLUDE_USERS=new\n", "LOG_LEVEL=loud\nEXCLUDE_USERS=new\n"])(
    "with a bad value everything stays: %j",
    (text) => {
      using it = running({ EXCLUDE_USERS: "old" });
      it.reload(text);
      expect([...it.host.excludeUsers]).toEqual(["old"]);
      expect(it.lines.at(-1)).toMatch(/level=ERROR .*(SSH_PORTS|LOG_LEVEL)/);
    },
  );

  test("without the file everything stays", () => {
    using it = running({ EXCLUDE_USERS: "old" });
    it.reload(undefined);
    expect([...it.host.excludeUsers]).toEqual(["old"]);
    expect(it.lines.at(-1)).toContain("ENOENT");
  });

  test("says which changed settings need a restart", () => {
    using it = running({ PORT: "9" });
    it.reload("PORT=10\n");
    expect(it.lines.filter((line) => line.includes("setting=PORT"))).toHaveLength(1);
    it.lines.length = 0;
    it.reload("PORT=9\n");
    expect(it.lines.join("\n")).not.toContain("restart");
  });
});
