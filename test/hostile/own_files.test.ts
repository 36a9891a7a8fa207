/**
 * Something else in place of the exporter's own files, its state and its settings, while the built executable
 * serves without the JIT: what can't be used is told once, and everything is served.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { Serving } from "../helpers/exporter.ts";
import { IMPOSTORS, type Impostor, replace } from "../helpers/impostors.ts";
import { SmallHost } from "../helpers/small_host.ts";
import { eventually } from "../helpers/run.ts";

const LINE = "2026-01-01T10:00:01Z box sshd[7]: Connection closed by 192.0.2.1 port 3\n";

let host: SmallHost;
let serving: Serving;

beforeAll(() => {
  host = new SmallHost();
  host.write("/var/log/auth.log", LINE);
  host.write("/state/auth.json", "");
  host.write("/settings", "LOG_LEVEL=info\n");
});

afterAll(() => host[Symbol.dispose]());

async function start(): Promise<void> {
  const words = [
    "--web.listen-address=127.0.0.1:0",
    `--path.rootfs=${host.folder}`,
    `--state.directory=${host.folder}/state`,
    `--environment.file=${host.folder}/settings`,
    // More users than that, so users.json is written, too.
    "--users.max=1",
  ];
  serving = await Serving.start(words, { env: { BUN_JSC_useJIT: "0" } });
  await serving.ready();
}

const complaints = () =>
  serving.running.printed.split("\n").filter((line) => /level=(WARN|ERROR)/.test(line));

async function expectServed(): Promise<void> {
  for (let scrape = 0; scrape < 2; scrape++) {
    const metrics = await serving.scrape();
    expect(metrics.value("user_sessions_up")).toBe(1);
    expect(metrics.value("user_sessions_logged_in_users")).toBe(2);
    expect(metrics.value("user_sessions_failed_logins_1h")).toBe(0);
  }
}

/** Runs a server with something else in place of a file, and gives what it complained of. */
async function serveWith(impostor: Impostor, ...paths: string[]): Promise<string[]> {
  rmSync(`${host.folder}/state`, { recursive: true, force: true });
  mkdirSync(`${host.folder}/state`);
  const restores = paths.map((path) => replace(host.folder + path, impostor));
  try {
    await start();
    try {
      await expectServed();
    } finally {
      await serving.end();
    }
    return complaints();
  } finally {
    for (const restore of restores) restore();
  }
}

describe.each(["auth.json", "users.json"])("in place of %s", (name) => {
  test.each([...IMPOSTORS])("$name is put aside, and told once", async (impostor) => {
    const told = await serveWith(impostor, `/state/${name}`);
    expect(told).toHaveLength(1);
    expect(told[0]).toContain(`/state/${name} err=`);
    expect(told[0]).toMatch(impostor.says);
    expect(readdirSync(`${host.folder}/state`)).toContain(`${name}.damaged`);
  });
});

const NO_FOLDER = IMPOSTORS.filter(({ name }) => name !== "a directory");
const NEW_FILES = ["/state/auth.json.new", "/state/users.json.new"];

test.each(NO_FOLDER)("$name in place of a new file goes", async (impostor) => {
  expect(await serveWith(impostor, ...NEW_FILES)).toEqual([]);
  expect(readdirSync(`${host.folder}/state`).sort()).toEqual(["auth.json", "users.json"]);
});

test("a directory in place of a new file is told once", async () => {
  const directory = IMPOSTORS.find(({ name }) => name === "a directory")!;
  const told = await serveWith(directory, ...NEW_FILES);
  expect(told.map((line) => /state_file=(\S+)/.exec(line)?.[1])).toEqual([
    `${host.folder}/state/auth.json`,
    `${host.folder}/state/users.json`,
  ]);
});

test.each(NO_FOLDER)(
  "$name in place of the state's folder is told once for each file",
  async (impostor) => {
    expect(await serveWith(impostor, "/state")).toHaveLength(2);
  },
);

describe("the settings, read again at a reload", () => {
  beforeAll(start);
  afterAll(() => serving.end());

  test.each<Impostor>([...IMPOSTORS])(
    "$name in their place: those before stay",
    async (impostor) => {
      const restore = replace(`${host.folder}/settings`, impostor);
      const told = complaints().length;
      serving.running.signal("SIGHUP");
      await eventually("the refusal", () => complaints().length > told || undefined);
      restore();
      expect(complaints().slice(told)).toHaveLength(1);
      expect(complaints()[told]).toMatch(impostor.says);
      await expectServed();
      const reloads = "user_sessions_config_reload_success";
      expect((await serving.scrape()).value(reloads)).toBe(0);
      serving.running.signal("SIGHUP");
      await eventually(
        "the reload",
        async () => (await serving.scrape()).value(reloads) === 1 || undefined,
      );
    },
  );
});
