import { describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { HostState } from "../../../src/collectors/runtime/host_state.ts";
import { Root } from "../../../src/sources/root.ts";
import { createLog } from "../../../src/log.ts";
import { settings } from "../../helpers/settings.ts";
import { SmallHost } from "../../helpers/small_host.ts";

/** With a state directory below its root. */
function stateful(host: SmallHost) {
  const folder = `${host.folder}/state`;
  mkdirSync(folder, { recursive: true });
  const logged: string[] = [];
  const log = createLog("info", "logfmt", false, (line) =>
    logged.push(line.replace(/^time=\S+ /, "")),
  );
  const options = { root: host.root, log, settings: settings(), getent: false };
  return { folder, logged, state: new HostState({ ...options, stateDirectory: folder }) };
}

const failing = (code: string) => async () => {
  throw Object.assign(new Error(`it failed: ${code}`), { code });
};

describe("a source that a host need not have", () => {
  test("is read, or undefined; that it is missing or forbidden is no line in the log", async () => {
    using host = new SmallHost();
    const state = host.host();
    expect(await state.optional("utmp", async () => 7)).toBe(7);
    expect(await state.optional("utmp", failing("ENOENT"))).toBeUndefined();
    expect(await state.optional("utmp", failing("EACCES"))).toBeUndefined();
    expect(host.logged).toEqual([]);
  });

  test("that is broken is logged when it begins and when it ends", async () => {
    using host = new SmallHost();
    const state = host.host();
    for (let i = 0; i < 3; i++) await state.optional("utmp", failing("EIO"));
    await state.optional("utmp", async () => 1);
    await state.optional("utmp", async () => 1);
    expect(host.logged).toHaveLength(2);
    expect(host.logged[0]).toStartWith('level=ERROR msg="source failed" source=utmp err=');
    expect(host.logged[1]).toBe('level=INFO msg="source works again" source=utmp');
  });

  test("that was broken when it was read is not available, whatever its file looks like", async () => {
    using host = new SmallHost();
    const state = host.host();
    const available = () =>
      state.probeSources().find(({ info }) => info.name === "utmp")!.state.available;
    expect(available()).toBe(true);
    await state.optional("utmp", failing("EIO"));
    expect(available()).toBe(false);
    await state.optional("utmp", async () => 1);
    expect(available()).toBe(true);
  });
});

describe("saved state", () => {
  test("is written, and what can't be written is logged when it begins and ends", async () => {
    using host = new SmallHost();
    host.write("/var/log/auth.log", "");
    const { folder, logged, state } = stateful(host);
    await state.pollAuth();
    state.saveState("now");
    expect(existsSync(`${folder}/auth.json`)).toBe(true);
    rmSync(folder, { recursive: true });
    writeFileSync(folder, "");
    state.saveState("now");
    state.saveState("now");
    rmSync(folder);
    mkdirSync(folder);
    state.saveState("now");
    const about = logged.filter((line) => line.includes("state file"));
    expect(about.map((line) => /msg="([^"]+)"/.exec(line)![1])).toEqual([
      "state file failed",
      "state file works again",
    ]);
    expect(about[0]).toContain(`state_file=${folder}/auth.json`);
  });

  test("that can't be understood is told, and costs nothing else", async () => {
    using host = new SmallHost();
    host.write("/var/log/auth.log", "");
    host.write("/state/auth.json", "{");
    const { logged, state } = stateful(host);
    await state.pollAuth();
    expect(logged.filter((line) => line.includes('"state file set aside'))).toHaveLength(1);
  });

  test("without a folder for it nothing is written", async () => {
    using host = new SmallHost();
    const state = host.host();
    state.saveState("now");
    expect(host.logged).toEqual([]);
    expect(existsSync(`${process.cwd()}/undefined`)).toBe(false);
  });
});

test("what does not change is logged once", () => {
  using host = new SmallHost();
  const state = host.host();
  for (const err of ["a", "a", "b", "a"]) state["warnOnce"]("a log is not read", { err });
  expect(host.logged.map((line) => /err=(\w)/.exec(line)![1])).toEqual(["a", "b"]);
});

test("getent is asked of this host, not of one that is mounted somewhere", () => {
  using host = new SmallHost();
  const log = createLog("error", "logfmt", false, () => {});
  const state = (root: Root, getent: boolean) =>
    new HostState({ root, log, settings: settings(), getent, stateDirectory: undefined }).accounts
      .asksDirectory;
  expect(state(new Root(), true)).toBe(true);
  expect(state(new Root(), false)).toBe(false);
  expect(state(host.root, true)).toBe(false);
});
