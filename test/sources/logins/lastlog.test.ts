import { describe, expect, test } from "bun:test";
import { closeSync, openSync, statSync, truncateSync, writeSync } from "node:fs";
import { LastlogReader, UIDS_A_TURN } from "../../../src/sources/logins/lastlog.ts";
import { Root } from "../../../src/sources/root.ts";
import { TempTree } from "../../helpers/temp_tree.ts";

const NOW_SECONDS = 4_100_000_000;

const readLastlog = (root: Root, uids: Iterable<number>) =>
  new LastlogReader(root, () => NOW_SECONDS).read(uids);

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

describe("LastlogReader", () => {
  test("reads the record of each uid asked for", async () => {
    using tree = new TempTree();
    const path = tree.write("/var/log/lastlog", "");
    writeRecord(path, 0, 1_700_000_000);
    writeRecord(path, 1000, 1_700_000_001);
    writeRecord(path, 1001, 4_000_000_000);
    expect(await readLastlog(tree.root, [1000, 0, 1001])).toEqual(
      new Map([
        [1000, 1_700_000_001],
        [0, 1_700_000_000],
        [1001, 4_000_000_000],
      ]),
    );
    expect((await readLastlog(tree.root, [0])).size).toBe(1);
  });

  test("who never logged in, or lies behind the end, is absent", async () => {
    using tree = new TempTree();
    const path = tree.write("/var/log/lastlog", "");
    writeRecord(path, 5, 1_700_000_000);
    expect([...(await readLastlog(tree.root, [4, 5, 6, 4_294_967_294])).keys()]).toEqual([5]);
  });

  test("a record that is cut off within its time is absent", async () => {
    using tree = new TempTree();
    const path = tree.write("/var/log/lastlog", "");
    writeRecord(path, 1, 1_700_000_000);
    truncateSync(path, 292 + 3);
    expect((await readLastlog(tree.root, [1])).size).toBe(0);
    // What the record before it left in the buffer must not be taken for its time.
    writeRecord(path, 0, 1_600_000_000);
    truncateSync(path, 292 + 3);
    expect([...(await readLastlog(tree.root, [0, 1]))]).toEqual([[0, 1_600_000_000]]);
  });

  test("a missing file is an error", async () => {
    await expect(readLastlog(new Root("/nonexistent"), [0])).rejects.toThrow("ENOENT");
  });

  test("the 584 GB of a uid of two thousand million are not walked", async () => {
    using tree = new TempTree();
    const path = tree.write("/var/log/lastlog", "");
    const uid = 2_000_000_000;
    truncateSync(path, (uid + 1) * 292);
    writeRecord(path, 1000, 1_700_000_000);
    writeRecord(path, uid, 1_700_000_009);
    expect(statSync(path).size).toBe(584_000_000_292);
    const found = await readLastlog(tree.root, [0, 1000, 1_999_999_999, uid]);
    expect([...found]).toEqual([
      [1000, 1_700_000_000],
      [uid, 1_700_000_009],
    ]);
  });

  test("a file that has not changed is read again for new uids only", async () => {
    using tree = new TempTree();
    const path = tree.write("/var/log/lastlog", "");
    writeRecord(path, 1, 1_700_000_000);
    writeRecord(path, 2, 1_700_000_002);
    const reader = new LastlogReader(tree.root, () => NOW_SECONDS);
    expect([...(await reader.read([1])).keys()]).toEqual([1]);
    expect([...(await reader.read([2, 1])).keys()]).toEqual([2, 1]);
    expect([...(await reader.read([2])).keys()]).toEqual([2]);
    writeRecord(path, 1, 1_800_000_000);
    writeRecord(path, 900, 1_800_000_001);
    expect(await reader.read([1, 900])).toEqual(
      new Map([
        [1, 1_800_000_000],
        [900, 1_800_000_001],
      ]),
    );
  });

  test("a login of the future is none, a minute of a clock that was set back aside", async () => {
    using tree = new TempTree();
    const path = tree.write("/var/log/lastlog", "");
    writeRecord(path, 1, NOW_SECONDS + 60);
    writeRecord(path, 2, NOW_SECONDS + 61);
    expect([...(await readLastlog(tree.root, [1, 2])).keys()]).toEqual([1]);
  });

  test("records of neighbours and of strangers, in any order, are each their own", async () => {
    using tree = new TempTree();
    const path = tree.write("/var/log/lastlog", "");
    const uids = [5000, 3, 4, 224, 225, 448, 449, 100_000];
    for (const uid of uids) writeRecord(path, uid, 1_000_000 + uid);
    const expected = new Map(uids.map((uid) => [uid, 1_000_000 + uid]));
    expect(await readLastlog(tree.root, uids)).toEqual(expected);
  });

  test("others have their turn every two thousand records", async () => {
    using tree = new TempTree();
    const path = tree.write("/var/log/lastlog", "");
    const uids = Array.from({ length: 10 * UIDS_A_TURN }, (_, i) => i);
    writeRecord(path, 0, 1_700_000_000);
    writeRecord(path, uids.length - 1, 1_700_000_001);
    let turns = 0;
    const reader = new LastlogReader(tree.root, () => NOW_SECONDS);
    const read = async () => [...(await reader.read(uids, async () => void turns++)).values()];
    expect(await read()).toEqual([1_700_000_000, 1_700_000_001]);
    expect(turns).toBe(10);
    // What was read before is not read again, but looked at.
    expect(await read()).toEqual([1_700_000_000, 1_700_000_001]);
    expect(turns).toBe(20);
  });
});
