import { describe, expect, test } from "bun:test";
import { closeSync, openSync, statSync, truncateSync, writeSync } from "node:fs";
import { readLastlog } from "../../../src/sources/logins/lastlog.ts";
import { Root } from "../../../src/sources/root.ts";
import { TempTree } from "../../helpers/temp_tree.ts";

/** A record as glibc's bits/utmp.h has it: ll_time, 32 bytes ll_line, 256 bytes ll_host. */
function writeRecord(path: string, uid: number, seconds: number): void {
  const record = Buffer.alloc(292);
  record.writeUInt32LE(seconds, 0);
  record.write("pts/0", 4);
  record.write("203.0.113.9", 36);
  const fd = openSync(path, "r+");
  writeSync(fd, record, 0, record.length, uid * 292);
  closeSync(fd);
}

describe("readLastlog", () => {
  test("reads the record of each uid asked for", () => {
    using tree = new TempTree();
    const path = tree.write("/var/log/lastlog", "");
    writeRecord(path, 0, 1_700_000_000);
    writeRecord(path, 1000, 1_700_000_001);
    writeRecord(path, 1001, 4_000_000_000);
    expect(readLastlog(tree.root, [1000, 0, 1001])).toEqual(
      new Map([
        [1000, 1_700_000_001],
        [0, 1_700_000_000],
        [1001, 4_000_000_000],
      ]),
    );
    expect(readLastlog(tree.root, [0]).size).toBe(1);
  });

  test("who never logged in, or lies behind the end, is absent", () => {
    using tree = new TempTree();
    const path = tree.write("/var/log/lastlog", "");
    writeRecord(path, 5, 1_700_000_000);
    expect([...readLastlog(tree.root, [4, 5, 6, 4_294_967_294]).keys()]).toEqual([5]);
  });

  test("a record that is cut off within its time is absent", () => {
    using tree = new TempTree();
    const path = tree.write("/var/log/lastlog", "");
    writeRecord(path, 1, 1_700_000_000);
    truncateSync(path, 292 + 3);
    expect(readLastlog(tree.root, [1]).size).toBe(0);
    // What the record before it left in the buffer must not be taken for its time.
    writeRecord(path, 0, 1_600_000_000);
    truncateSync(path, 292 + 3);
    expect([...readLastlog(tree.root, [0, 1])]).toEqual([[0, 1_600_000_000]]);
  });

  test("a missing file is an error", () => {
    expect(() => readLastlog(new Root("/nonexistent"), [0])).toThrow("ENOENT");
  });

  test("the 584 GB of a uid of two thousand million are not walked", () => {
    using tree = new TempTree();
    const path = tree.write("/var/log/lastlog", "");
    const uid = 2_000_000_000;
    truncateSync(path, (uid + 1) * 292);
    writeRecord(path, 1000, 1_700_000_000);
    writeRecord(path, uid, 1_700_000_009);
    expect(statSync(path).size).toBe(584_000_000_292);
    const startMs = performance.now();
    const found = readLastlog(tree.root, [0, 1000, 1_999_999_999, uid]);
    expect(performance.now() - startMs).toBeLessThan(200);
    expect([...found]).toEqual([
      [1000, 1_700_000_000],
      [uid, 1_700_000_009],
    ]);
  });
});
