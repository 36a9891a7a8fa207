/** What stands in place of /etc/machine-id, which tells the host's own journal. */
import { afterAll, describe, expect, test, setDefaultTimeout } from "bun:test";
import { mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openFilesIn } from "../../../helpers/descriptors.ts";
import { isLinux, output } from "../../../helpers/system.ts";
import { Host, MACHINE, removeScratch } from "./fixtures.ts";
import { Journald, START_US, messagesOf, newFileId, sshd } from "./journald.ts";
import { JournalWriter } from "./writer.ts";

afterAll(removeScratch);

// They count steps, and take as long as the machine is slow.
setDefaultTimeout(120_000);

const OTHER = "f".repeat(32);

/** A host with a journal of its own, and one of another machine, that a central host may hold. */
function hostOfTwo(): { host: Host; path: string } {
  const host = new Host();
  new Journald(host).log(sshd("own"));
  mkdirSync(host.folder(undefined, OTHER));
  const fileId = newFileId();
  const other = join(host.folder(undefined, OTHER), "system.journal");
  new JournalWriter(other, { fileId, seqnumId: fileId }).append(sshd("other"), START_US * 2);
  const path = join(host.path, "etc/machine-id");
  rmSync(path);
  return { host, path };
}

describe("a machine-id that tells the host's own journal", () => {
  test.each([`${MACHINE}\n`, MACHINE, ` ${MACHINE} \n\n`])("%j", async (text) => {
    const { host, path } = hostOfTwo();
    writeFileSync(path, text);
    expect(await messagesOf(host.reader())).toEqual(["own"]);
  });

  test("a link to it", async () => {
    const { host, path } = hostOfTwo();
    writeFileSync(join(host.path, "id"), `${MACHINE}\n`);
    symlinkSync("../id", path);
    expect(await messagesOf(host.reader())).toEqual(["own"]);
  });
});

describe.skipIf(!isLinux)("what is no machine-id leaves the journals of all machines", () => {
  test.each<[name: string, make: (path: string) => void]>([
    ["nothing", () => {}],
    ["a FIFO that nobody writes to", (path) => output("mkfifo", path)],
    ["a folder", (path) => mkdirSync(path)],
    ["a device without end", (path) => symlinkSync("/dev/zero", path)],
    ["a device without content", (path) => symlinkSync("/dev/null", path)],
    ["a link to itself", (path) => symlinkSync("machine-id", path)],
    ["a link to nowhere", (path) => symlinkSync("/nonexistent", path)],
    ["a socket's place below a file", (path) => symlinkSync("/etc/passwd/x", path)],
    ["20 GB of nothing", (path) => (writeFileSync(path, ""), truncateSync(path, 20e9))],
    ["an empty file", (path) => writeFileSync(path, "")],
    [
      "what systemd writes before the first boot is over",
      (path) => writeFileSync(path, "uninitialized\n"),
    ],
    ["capital digits", (path) => writeFileSync(path, `${MACHINE.toUpperCase()}\n`)],
    ["a path", (path) => writeFileSync(path, "../../../../etc\n")],
    ["two ids", (path) => writeFileSync(path, `${MACHINE}\n${OTHER}\n`)],
  ])("%s", async (_, make) => {
    const { host, path } = hostOfTwo();
    make(path);
    const reader = host.reader();
    expect((await messagesOf(reader)).toSorted()).toEqual(["other", "own"]);
    expect(openFilesIn(join(host.path, "etc"))).toEqual([]);
    reader.close();
  });
});
