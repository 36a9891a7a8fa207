/** What can stand in place of a log or of one of its rotated files: no hang, no descriptor left open. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { faultOf } from "../../../../src/sources/errors.ts";
import { AuthLog } from "../../../../src/sources/logs/text/auth_log.ts";
import { Root } from "../../../../src/sources/root.ts";
import { IMPOSTORS, type Impostor, replace } from "../../../helpers/impostors.ts";

const NOW_MS = Date.UTC(2026, 10, 23, 12);
const HOUR_MS = 3_600_000;
const LINE =
  "2026-11-23T11:30:00Z host sshd[1]: Failed password for a from 192.0.2.1 port 1 ssh2\n";
const SPARSE_BYTES = 20e9;
let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "hostile-log-"));
  mkdirSync(join(folder, "var/log"), { recursive: true });
  path = join(folder, "var/log/auth.log");
});
afterEach(() => {
  chmodSync(folder, 0o755);
  rmSync(folder, { recursive: true });
});

function openLog(): AuthLog {
  return new AuthLog({
    root: new Root(folder),
    path,
    sinceMs: NOW_MS - HOUR_MS,
    now: () => NOW_MS,
  });
}

async function read(log: AuthLog): Promise<number> {
  let count = 0;
  log.poll(() => void count++);
  return count;
}

/** Descriptors of this process that lead into the folder. */
function openHere(): number {
  return readdirSync("/proc/self/fd").filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith(folder);
    } catch {
      // The descriptor of the listing itself.
      return false;
    }
  }).length;
}

/** A log may be as long as it likes. */
const REPLACEMENTS = IMPOSTORS.filter(({ name }) => name !== "20 GB of nothing");

describe("in place of the log", () => {
  test.each(REPLACEMENTS)("$name is a broken source", async (impostor) => {
    replace(path, impostor);
    const log = openLog();
    for (let i = 0; i < 3; i++) {
      const fault = await read(log).then(
        () => "none",
        (error: unknown) => faultOf(error),
      );
      expect(fault).toBe("broken");
    }
    log.close();
    expect(openHere()).toBe(0);
  });

  test.each(REPLACEMENTS)("$name, put there while it is read", async ({ put }) => {
    writeFileSync(path, LINE);
    const log = openLog();
    expect(await read(log)).toBe(1);
    renameSync(path, `${path}.off`);
    put(path);
    await read(log).catch(() => {});
    await read(log).catch(() => {});
    // What was open before may still be written to.
    expect(openHere()).toBeLessThanOrEqual(1);
    rmSync(path, { recursive: true });
    writeFileSync(path, LINE + LINE);
    expect(await read(log)).toBe(2);
    log.close();
    expect(openHere()).toBe(0);
  });

  test("20 GB of nothing: some reads, and what comes behind is read", async () => {
    writeFileSync(path, "");
    truncateSync(path, SPARSE_BYTES);
    const log = openLog();
    expect(await read(log)).toBe(0);
    appendFileSync(path, `\n${LINE}`);
    expect(await read(log)).toBe(1);
    log.close();
  });

  test("20 GB of nothing before what is wanted, and between", async () => {
    writeFileSync(path, LINE.replace("T11", "T09"));
    truncateSync(path, SPARSE_BYTES);
    appendFileSync(path, `\n${LINE.repeat(3)}`);
    const log = openLog();
    expect(await read(log)).toBe(3);
    log.close();
  });
});

describe("in place of a rotated file", () => {
  const toForbidden: Impostor = {
    name: "a link into a folder that is not ours",
    put: (at) => {
      mkdirSync(join(folder, "secret"));
      symlinkSync(join(folder, "secret/x/y"), at);
      writeFileSync(join(folder, "secret/x"), "");
    },
    says: /^/,
  };
  test.each([...IMPOSTORS, toForbidden])(
    "$name: the log is read, and no descriptor stays open",
    async ({ put }) => {
      put(`${path}.1`);
      writeFileSync(path, LINE);
      const log = openLog();
      expect(await read(log)).toBe(1);
      const before = openHere();
      expect(before).toBeLessThanOrEqual(2);
      for (let i = 0; i < 5; i++) {
        // An empty log is looked at anew each time.
        writeFileSync(path, "");
        await read(log);
        appendFileSync(path, LINE);
        expect(await read(log)).toBe(1);
      }
      expect(openHere()).toBeLessThanOrEqual(before);
      log.close();
      expect(openHere()).toBe(0);
    },
  );
});

test("a line of 64 KiB and more is one that is not understood", async () => {
  writeFileSync(path, `${LINE}${"x".repeat(200_000)}\n${LINE}`);
  const log = openLog();
  expect(await read(log)).toBe(2);
  expect(log.lines).toEqual({ records: 2, others: 0, unknown: 1 });
  log.close();
});
