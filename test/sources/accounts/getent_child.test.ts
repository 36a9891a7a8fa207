import { afterEach, beforeEach, describe, expect, jest, test } from "bun:test";
import { chmodSync, existsSync, readFileSync } from "node:fs";
import { GetentTimeoutError, runGetent } from "../../../src/sources/accounts/getent_child.ts";
import { hasTool, isLinux } from "../../helpers/system.ts";
import { TempTree } from "../../helpers/temp_tree.ts";

/** Far from what it takes, so that a slow machine does not decide. */
const TIMEOUT_MS = 300;

const openPath = process.env["PATH"];
let tree: TempTree;

beforeEach(() => {
  tree = new TempTree();
  process.env["PATH"] = `${tree.folder}:${openPath}`;
});

afterEach(() => {
  process.env["PATH"] = openPath;
  tree[Symbol.dispose]();
});

/** Asks a getent that is this shell script. */
function ask(script: string, key = "alice"): Promise<string | undefined> {
  chmodSync(tree.write("/getent", `#!/bin/sh\n${script}\n`), 0o755);
  return runGetent("passwd", key, TIMEOUT_MS);
}

/** Whether the process whose pid a script wrote there is gone. */
async function isGone(path: string): Promise<boolean> {
  const pid = readFileSync(tree.folder + path, "utf8").trim();
  expect(pid).toMatch(/^\d+$/);
  for (let i = 0; i < 100; i++) {
    const stat = existsSync(`/proc/${pid}/stat`) ? readFileSync(`/proc/${pid}/stat`, "utf8") : "";
    // A zombie has ended; who reaps it is not ours to choose.
    if (stat === "" || / Z /.test(stat)) return true;
    await Bun.sleep(10);
  }
  return false;
}

describe.skipIf(!isLinux || !hasTool("sh", "sleep", "yes"))("a getent that is a script", () => {
  test("is asked with the key as one word, and its first line is the answer", async () => {
    const entry = "alice:x:1:1:::";
    expect(await ask(`printf '%s|' "$@" >&2; echo ${entry}; echo more`)).toBe(entry);
    expect(await ask('[ "$1 $2 $3" = "-- passwd -s x" ] && echo ok', "-s x")).toBe("ok");
  });

  test("that finds nothing, or says half a line, gives nothing", async () => {
    expect(await ask("exit 2")).toBeUndefined();
    expect(await ask("echo alice:x:1:1:::; exit 1")).toBeUndefined();
    expect(await ask("printf alice")).toBeUndefined();
  });

  test("that never ends is ended, with the children it started", async () => {
    const script = `sleep 1000 & echo $! > ${tree.folder}/child; echo $$ > ${tree.folder}/self; sleep 1000`;
    await expect(ask(script)).rejects.toThrow(GetentTimeoutError);
    expect(await isGone("/self")).toBe(true);
    expect(await isGone("/child")).toBe(true);
  });

  test("that leaves a child with its pipe is answered at once, and the child ended", async () => {
    const script = `sleep 1000 & echo $! > ${tree.folder}/child; echo alice:x:1:1:::`;
    expect(await ask(script)).toBe("alice:x:1:1:::");
    expect(await isGone("/child")).toBe(true);
  });

  test("that leaves a child in a session of its own is not waited for", async () => {
    const script = `setsid sleep 1000 & echo $! > ${tree.folder}/child`;
    await expect(ask(script)).rejects.toThrow(GetentTimeoutError);
    process.kill(Number(readFileSync(`${tree.folder}/child`, "utf8")), "SIGKILL");
  });

  test("that prints without end, with lines or without, is ended", async () => {
    expect(await ask("yes alice:x:1:1:::")).toBeUndefined();
    expect(await ask("tr '\\0' x < /dev/zero")).toBeUndefined();
  });

  test("whose entry has 64 KiB is believed, and not one that is longer", async () => {
    const print = (bytes: number) => ask(`head -c ${bytes} /dev/zero | tr '\\0' x; echo`);
    expect(await print(65_535)).toHaveLength(65_535);
    expect(await print(65_536)).toHaveLength(65_536);
    expect(await print(65_537)).toBeUndefined();
  });

  test("that does not answer has two seconds, and not one more millisecond", async () => {
    chmodSync(
      tree.write("/getent", `#!/bin/sh\necho $$ > ${tree.folder}/self; exec sleep 1000\n`),
      0o755,
    );
    jest.useFakeTimers();
    try {
      let isOver = false;
      const answer = runGetent("passwd", "alice")
        .catch((error: unknown) => error)
        .finally(() => (isOver = true));
      const turns = async () => {
        for (let i = 0; i < 1000; i++) await new Promise((resolve) => setImmediate(resolve));
      };
      while (!existsSync(`${tree.folder}/self`)) await turns();
      jest.advanceTimersByTime(1999);
      await turns();
      expect(isOver).toBe(false);
      jest.advanceTimersByTime(1);
      expect(await answer).toBeInstanceOf(GetentTimeoutError);
    } finally {
      jest.useRealTimers();
    }
    expect(await isGone("/self")).toBe(true);
  });

  test("that can't be started is an error", async () => {
    process.env["PATH"] = tree.folder;
    await expect(runGetent("passwd", "alice", TIMEOUT_MS)).rejects.toThrow("getent");
  });
});
