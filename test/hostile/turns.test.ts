/**
 * How much is read between two turns for others, of what others make long. (Loops that are given something to
 * yield with are tested beside their files: accounts, lastlog, sockets, sessions, samples.)
 */
import { afterEach, expect, setDefaultTimeout, spyOn, test } from "bun:test";
import { AuthLog } from "../../src/sources/logs/text/auth_log.ts";
import { WtmpReader } from "../../src/sources/logins/wtmp.ts";
import { ProcessScan } from "../../src/sources/proc/process_scan.ts";
import { readSeqFile } from "../../src/sources/proc/seq_file.ts";
import { processFiles } from "../helpers/proc_files.ts";
import { isLinux } from "../helpers/system.ts";
import { TempTree } from "../helpers/temp_tree.ts";
import { utmpRecord } from "../helpers/utmp_record.ts";

setDefaultTimeout(60_000);

const RECORD_BYTES = 384;

const sleep = spyOn(Bun, "sleep");
afterEach(() => sleep.mockClear());

test.each(["/var/log/wtmp", "/var/log/wtmp.1"])("%s: 1,024 records", async (path) => {
  const records = 25 * 1024;
  const login = utmpRecord({ user: "alice", seconds: 1_700_000_000 });
  const many = Buffer.alloc(records * RECORD_BYTES, login);
  using tree = new TempTree({ "/var/log/wtmp": login, [path]: many });
  expect((await new WtmpReader(tree.root, () => 2e9).read()).size).toBe(1);
  expect(sleep.mock.calls.length).toBeGreaterThanOrEqual(25);
});

test.skipIf(!isLinux)("a table of the kernel: 64 reads of a page", async () => {
  const { length } = await readSeqFile("/proc/kallsyms");
  expect(sleep.mock.calls.length).toBeGreaterThanOrEqual(Math.floor(length / 4096 / 64));
});

test("processes: 1,024", async () => {
  using tree = new TempTree();
  for (let pid = 1; pid <= 2100; pid++) {
    for (const [path, text] of Object.entries(processFiles({ pid, uid: 1000 }))) {
      tree.write(path, text);
    }
  }
  expect((await new ProcessScan(tree.root).run()).length).toBe(2100);
  expect(sleep.mock.calls.length).toBeGreaterThanOrEqual(2);
});

test("a text log: 16 KiB of lines", () => {
  const line = "2026-01-01T10:00:02+00:00 box sshd[7]: Connection closed by 192.0.2.1 port 3\n";
  using tree = new TempTree({ "/var/log/auth.log": line.repeat(5000) });
  const path = tree.root.path("/var/log/auth.log");
  const sinceMs = Date.UTC(2026, 0, 1);
  const now = () => Date.UTC(2026, 0, 2);
  const log = new AuthLog({ root: tree.root, path, position: undefined, sinceMs, now });
  try {
    let lines = 0;
    for (let isDone = false; !isDone;) {
      let sinceAsked = 0;
      let most = 0;
      isDone = log.poll(
        () => {
          lines++;
          most = Math.max(most, ++sinceAsked);
        },
        () => {
          sinceAsked = 0;
          return false;
        },
      );
      expect(most * line.length).toBeLessThanOrEqual(16 * 1024);
    }
    expect(lines).toBe(5000);
  } finally {
    log.close();
  }
});
