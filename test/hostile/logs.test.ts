/**
 * Something else in place of a log, or of the folders that it lies in, before the built executable starts
 * without the JIT: another log is read where there is one, and it is said which; everything else is served.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { exporter, Serving } from "../helpers/exporter.ts";
import { IMPOSTORS, type Impostor, replace } from "../helpers/impostors.ts";
import { SmallHost } from "../helpers/small_host.ts";

const MACHINE = "0123456789abcdef0123456789abcdef";
const JOURNAL_FOLDER = `/var/log/journal/${MACHINE}`;
const SYSTEM_JOURNAL = `${JOURNAL_FOLDER}/system.journal`;
const AUTH_LOG = "/var/log/auth.log";
const LINE = " box sshd[7]: Connection closed by 192.0.2.1 port 3\n";

const ENV = { BUN_JSC_useJIT: "0" };
/** Far from what a scrape takes; a hang takes for ever. */
const PATIENCE_MS = 10_000;

let host: SmallHost;

beforeAll(async () => {
  host = new SmallHost();
  const packed = `${import.meta.dir}/../fixtures/journal/trixie/system.journal.zst`;
  host.write(SYSTEM_JOURNAL, Bun.zstdDecompressSync(await Bun.file(packed).bytes()));
  host.write(AUTH_LOG, new Date(Date.now() - 1000).toISOString() + LINE);
  host.write(`${AUTH_LOG}.1`, `2026-01-01T10:00:01Z${LINE}`);
  host.write("/etc/machine-id", `${MACHINE}\n`);
});

afterAll(() => host[Symbol.dispose]());

const flags = () => [`--path.rootfs=${host.folder}`];

/** What a server that is started now says, and what doctor does. */
async function look() {
  const words = ["--web.listen-address=127.0.0.1:0", ...flags()];
  const serving = await Serving.start(words, { env: ENV });
  try {
    await serving.ready();
    await serving.scrape();
    const metrics = await serving.scrape();
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const page = await (await serving.get("/", { signal })).text();
    const complaints = serving.running.printed
      .split("\n")
      .filter((line) => /level=(WARN|ERROR)/.test(line));
    const { stdout } = await exporter(["doctor", "--json", ...flags()], {
      env: ENV,
      timeoutMs: PATIENCE_MS,
    });
    const rows = JSON.parse(stdout) as Record<string, string | null>[];
    const value = (name: string, source?: string) =>
      metrics.samples.find(
        (sample) => sample.name === `user_sessions_${name}` && sample.labels["source"] === source,
      )?.value;
    expect(value("logged_in_users")).toBe(2);
    return {
      up: value("up"),
      failed: value("failed_logins_1h"),
      journal: value("source_available", "journal"),
      authLog: value("source_available", "auth_log"),
      page,
      complaints,
      row: (source: string) => rows.find((row) => row["source"] === source)!,
    };
  } finally {
    await serving.end();
  }
}

/** Runs with something else in place of each of some paths. */
async function lookWith(impostor: Impostor, ...paths: string[]) {
  const restores = paths.map((path) => replace(host.folder + path, impostor));
  try {
    return await look();
  } finally {
    for (const restore of restores) restore();
  }
}

test("both logs as they should be: the journal is read", async () => {
  const seen = await look();
  expect(seen).toMatchObject({ up: 1, failed: 0, journal: 1, authLog: 1, complaints: [] });
});

const NOT_A_FILE = IMPOSTORS.filter(({ name }) => name !== "20 GB of nothing");
const NO_FOLDER: Impostor[] = [
  ...NOT_A_FILE.filter(({ name }) => name !== "a directory"),
  { name: "a file", put: IMPOSTORS.at(-1)!.put, says: /is a file, want a directory/ },
];
const NO_JOURNAL: Impostor[] = [
  ...NOT_A_FILE,
  { ...IMPOSTORS.at(-1)!, says: /not a journal file/ },
];

describe.each([
  { path: SYSTEM_JOURNAL, impostors: NO_JOURNAL },
  { path: JOURNAL_FOLDER, impostors: NO_FOLDER },
  { path: "/var/log/journal", impostors: NO_FOLDER },
])("in place of $path", ({ path, impostors }) => {
  test.each(impostors)("$name: the auth log is read, and it is said so", async (impostor) => {
    const seen = await lookWith(impostor, path);
    expect(seen).toMatchObject({ up: 1, failed: 0, journal: 0, authLog: 1 });
    expect(seen.complaints).toHaveLength(1);
    expect(seen.complaints[0]).toMatch(impostor.says);
    expect(seen.complaints[0]).toContain(`${host.folder}${path}`);
    expect(seen.complaints[0]).toContain(`read_instead=${AUTH_LOG}`);
    expect(seen.page).toMatch(impostor.says);
    expect(seen.page).toContain("Read instead: auth_log");
    const row = seen.row("journal");
    expect(row).toMatchObject({ state: "broken", read_instead: "auth_log" });
    expect(row["detail"]).toMatch(impostor.says);
    expect(row["remedy"]).not.toMatch(/chmod|group/);
  });

  test.each(impostors)("$name, and no auth log: none is said to be read", async (impostor) => {
    const restore = replace(host.folder + AUTH_LOG, {
      name: "nothing",
      put: () => {},
      says: /^/,
    });
    const seen = await lookWith(impostor, path).finally(restore);
    expect(seen).toMatchObject({ up: 0, failed: undefined, journal: 0, authLog: 0 });
    expect(seen.complaints).toHaveLength(1);
    expect(seen.complaints[0]).toMatch(/collector=auth/);
    expect(seen.complaints[0]).not.toContain("instead");
    expect(seen.row("journal")).toMatchObject({ state: "broken", read_instead: null });
  });
});

const NO_LOG: Impostor[] = [
  ...NOT_A_FILE,
  { ...IMPOSTORS.at(-1)!, says: /has lines without ends/ },
];

describe("without a journal", () => {
  const missing = { name: "nothing", put: () => {}, says: /^/ };
  let restore: () => void;
  beforeAll(() => {
    restore = replace(`${host.folder}/var/log/journal`, missing);
  });
  afterAll(() => restore());

  test.each(NO_LOG)("$name in place of the auth log", async (impostor) => {
    const seen = await lookWith(impostor, AUTH_LOG);
    expect(seen).toMatchObject({ up: 1, failed: undefined, journal: 0, authLog: 0 });
    expect(seen.complaints).toHaveLength(1);
    expect(seen.complaints[0]).toMatch(impostor.says);
    expect(seen.page).toMatch(impostor.says);
    const row = seen.row("auth_log");
    expect(row).toMatchObject({ state: "broken", read_instead: null });
    expect(row["detail"]).toMatch(impostor.says);
    expect(row["remedy"]).not.toMatch(/chmod|group/);
    expect(seen.row("journal")["read_instead"]).toBeNull();
  });

  test.each([...IMPOSTORS])("$name in place of a rotated log", async (impostor) => {
    const seen = await lookWith(impostor, `${AUTH_LOG}.1`, `${AUTH_LOG}.2`, `${AUTH_LOG}-20260101`);
    expect(seen).toMatchObject({ up: 1, failed: 0, journal: 0, authLog: 1, complaints: [] });
    expect(seen.row("auth_log")["state"]).toBe("ok");
  });
});

test.each([...IMPOSTORS])("$name in place of machine-id: the journal is read", async (impostor) => {
  const seen = await lookWith(impostor, "/etc/machine-id");
  expect(seen).toMatchObject({ up: 1, failed: 0, journal: 1, complaints: [] });
  expect(seen.row("journal")["state"]).toBe("ok");
});

test.each(NOT_A_FILE)("$name in place of the log that is being read", async (impostor) => {
  const missing = { name: "nothing", put: () => {}, says: /^/ };
  const restoreJournal = replace(`${host.folder}/var/log/journal`, missing);
  const words = ["--web.listen-address=127.0.0.1:0", ...flags()];
  const serving = await Serving.start(words, { env: ENV });
  try {
    await serving.ready();
    expect((await serving.scrape()).value("user_sessions_failed_logins_1h")).toBe(0);
    const restore = replace(host.folder + AUTH_LOG, impostor);
    for (let scrape = 0; scrape < 3; scrape++) {
      const metrics = await serving.scrape();
      expect(metrics.value("user_sessions_logged_in_users")).toBe(2);
    }
    const errors = serving.running.printed.match(/level=(ERROR|WARN)/g) ?? [];
    expect(errors.length).toBeLessThanOrEqual(2);
    restore();
    const metrics = await serving.scrape();
    expect(metrics.value("user_sessions_up")).toBe(1);
    expect(metrics.value("user_sessions_failed_logins_1h")).toBe(0);
  } finally {
    await serving.end();
    restoreJournal();
  }
});
