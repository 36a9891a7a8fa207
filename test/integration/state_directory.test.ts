/** What the exporter keeps over a restart, and what it does when it can't. */
import { afterEach, expect, setDefaultTimeout, test } from "bun:test";
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { authLogLine, stormMessages } from "../helpers/attempt_lines.ts";
import { authCounts, authWords, countAndKill, countsOf } from "../helpers/auth_counts.ts";
import { Servers, copyExporter } from "../helpers/exporter.ts";
import { describeWith } from "../helpers/needs.ts";
import { remove, scratchFolder } from "../helpers/run.ts";

setDefaultTimeout(30_000);

const servers = new Servers();
const folders: string[] = [];
afterEach(async () => {
  await servers.endAll();
  folders.splice(0).forEach(remove);
});

function folder(name: string): string {
  const made = scratchFolder(name);
  folders.push(made);
  return made;
}

const countOnce = (rootfs: string, state: string) => countAndKill(servers, rootfs, state);

describeWith([], "the state directory", () => {
  let attempts = 0;

  function logHost(): { rootfs: string; log: string; attack: (count: number) => void } {
    const rootfs = folder("host");
    mkdirSync(join(rootfs, "var/log"), { recursive: true });
    const log = join(rootfs, "var/log/auth.log");
    writeFileSync(log, "");
    const attack = (count: number) => {
      const lines = Array.from(stormMessages(count, attempts), (message, i) =>
        authLogLine(Date.now(), 1000 + attempts + (i >> 2), message),
      );
      attempts += count;
      appendFileSync(log, lines.join(""));
    };
    return { rootfs, log, attack };
  }

  test("without one, a restart counts from 0", async () => {
    const { rootfs, attack } = logHost();
    const first = await servers.start(authWords(rootfs));
    await first.ready();
    attack(3);
    expect(await countsOf(first)).toMatchObject({ invalid_user: 3, "1h": 3 });
    const second = await countsOf(await servers.start(authWords(rootfs)));
    expect(second["invalid_user"]).toBeUndefined();
    expect(second["1h"]).toBe(3);
  });

  test("of systemd is used", async () => {
    const { rootfs, attack } = logHost();
    const env = { STATE_DIRECTORY: folder("state") };
    const first = await servers.start(authWords(rootfs), { env });
    await first.ready();
    attack(3);
    await first.end();
    const second = await servers.start(authWords(rootfs), { env });
    expect(await countsOf(second)).toMatchObject({ invalid_user: 3, "1h": 3 });
    expect(statSync(join(env.STATE_DIRECTORY, "auth.json")).mode & 0o077).toBe(0);
  });

  test("what happens while the exporter is down counts, and what happened before does not", async () => {
    const { rootfs, attack } = logHost();
    const state = folder("state");
    attack(5);
    expect(await countOnce(rootfs, state)).toEqual({ "1h": 5, "sources 1h": 5 });
    attack(4);
    expect(await countOnce(rootfs, state)).toMatchObject({ invalid_user: 4, "1h": 9 });
    expect(await countOnce(rootfs, state)).toMatchObject({ invalid_user: 4, "1h": 9 });
  });

  test("a log that comes back under another inode is known by what it begins with", async () => {
    const { rootfs, log, attack } = logHost();
    const state = folder("state");
    attack(5);
    await countOnce(rootfs, state);
    // As a restored backup, or another mount of the same disk.
    copyFileSync(log, `${log}.copied`);
    renameSync(`${log}.copied`, log);
    attack(4);
    expect(await countOnce(rootfs, state)).toMatchObject({ invalid_user: 4, "1h": 9 });
  });

  test.each<[what: string, damage: (text: string) => string, aside: string]>([
    ["cut off", (text: string) => text.slice(0, text.length / 2), "damaged"],
    ["empty", () => "", "damaged"],
    [
      "of zeros, as some file systems leave it",
      (text: string) => "\0".repeat(text.length),
      "damaged",
    ],
    ["no object", () => "[1]", "damaged"],
    ["of another version", (text: string) => text.replace('"version":1', '"version":99'), "newer"],
    [
      "of a wrong type inside",
      (text: string) => text.replace('"rootLogins":0', '"rootLogins":"0"'),
      "damaged",
    ],
  ])("a file that is %s is set aside", async (_, damage, aside) => {
    const { rootfs, attack } = logHost();
    const state = folder("state");
    const file = join(state, "auth.json");
    attack(5);
    await countOnce(rootfs, state);
    const damaged = damage(readFileSync(file, "utf8"));
    writeFileSync(file, damaged);
    attack(4);
    const serving = await servers.start(authWords(rootfs, `--state.directory=${state}`));
    expect(await countsOf(serving)).toEqual({ "1h": 9, "sources 1h": 9 });
    expect(readFileSync(`${file}.${aside}`, "utf8")).toBe(damaged);
    const warnings = serving.running.printed.match(/level=WARN .*/g) ?? [];
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain(`${file}.${aside}`);
    attack(2);
    expect(await countsOf(serving)).toMatchObject({ invalid_user: 2, "1h": 11 });
    await serving.end();
    expect(await countOnce(rootfs, state)).toMatchObject({ invalid_user: 2, "1h": 11 });
  });
});

describeWith(["root", "setpriv"], "a state directory that can't be used", () => {
  test.each<[string, (state: string) => string]>([
    ["may not be written to", (state) => (chmodSync(state, 0o555), state)],
    ["may not be entered", (state) => (chmodSync(state, 0o700), state)],
    ["is missing", (state) => join(state, "missing")],
    ["is a file", (state) => (writeFileSync(join(state, "file"), ""), join(state, "file"))],
    [
      "has a file that may not be read",
      (state) => (writeFileSync(join(state, "auth.json"), "", { mode: 0o600 }), state),
    ],
  ])("because it %s costs no metric and is logged once", async (_, prepare) => {
    const rootfs = folder("host");
    mkdirSync(join(rootfs, "var/log"), { recursive: true });
    const log = join(rootfs, "var/log/auth.log");
    writeFileSync(log, "");
    const state = prepare(folder("state"));
    const path = copyExporter(folder("exporter"));
    const words = authWords(rootfs, `--state.directory=${state}`);
    const serving = await servers.start(words, { as: "nobody", path });
    await serving.ready();
    appendFileSync(
      log,
      [...stormMessages(3)].map((message) => authLogLine(Date.now(), 7, message)).join(""),
    );
    for (let i = 0; i < 3; i++) {
      const metrics = await serving.scrape();
      expect(metrics.value("user_sessions_up")).toBe(1);
      expect(authCounts(metrics)).toMatchObject({ invalid_user: 3, "1h": 3 });
    }
    const faults = serving.running.printed.match(/level=(?:WARN|ERROR) .*/g) ?? [];
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(state);
    expect(await serving.end()).toBe(0);
    expect(existsSync(join(state, "auth.json.new"))).toBe(false);
  });
});
