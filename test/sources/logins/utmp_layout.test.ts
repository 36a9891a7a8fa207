import { describe, expect, test } from "bun:test";
import { LastlogReader } from "../../../src/sources/logins/lastlog.ts";
import { parseUtmp } from "../../../src/sources/logins/utmp.ts";
import {
  TIME32,
  TIME64,
  lastlogLayoutOf,
  utmpLayoutOf,
} from "../../../src/sources/logins/utmp_layout.ts";
import { WtmpReader } from "../../../src/sources/logins/wtmp.ts";
import { TempTree } from "../../helpers/temp_tree.ts";
import { utmpRecord } from "../../helpers/utmp_record.ts";

const NOW_SECONDS = 1_800_000_000;
const now = () => NOW_SECONDS;

/** A record by the offsets that a compiler for arm64 gives with glibc's headers. */
function record64(type: number, user: string, seconds: number, pid = 4711): Buffer {
  const record = Buffer.alloc(400);
  record.writeInt16LE(type, 0);
  record.writeInt32LE(pid, 4);
  record.write("pts/3", 8);
  record.write("ts/3", 40);
  record.write(user, 44);
  record.write("203.0.113.9", 76);
  record.writeBigInt64LE(3n, 336);
  record.writeBigInt64LE(BigInt(seconds), 344);
  record.writeBigInt64LE(250_000n, 352);
  record.set([203, 0, 113, 9], 360);
  return record;
}

/** As a host writes them: the boot, those who wait for a login, logins. */
const OF_ARM64 = [
  record64(2, "reboot", 1_700_000_000, 0),
  record64(6, "LOGIN", 1_700_000_001),
  record64(7, "alice", 1_700_000_002),
  record64(7, "bob", 1_700_000_003),
];
const OF_X86 = [2, 6, 7, 7].map((type, i) =>
  utmpRecord({ type, user: `user${i}`, seconds: 1_700_000_000 + i }),
);

describe("utmpLayoutOf", () => {
  test.each([
    [TIME64, OF_ARM64],
    [TIME32, OF_X86],
  ])("tells the layout of two records and more, whatever the machine writes", (layout, records) => {
    for (let count = 2; count <= records.length; count++) {
      const bytes = Buffer.concat(records.slice(0, count));
      for (const own of [TIME32, TIME64]) expect(utmpLayoutOf(bytes, own)).toBe(layout);
    }
  });

  test.each([
    ["no record", Buffer.alloc(0)],
    ["one record", OF_ARM64[3]!],
    ["zeros", Buffer.alloc(9600)],
  ])("%s: it is the machine's own", (_, bytes) => {
    for (const own of [TIME32, TIME64]) expect(utmpLayoutOf(bytes, own)).toBe(own);
  });

  test("looks at the first records only", () => {
    const bytes = Buffer.alloc(10_000 * 384);
    let reads = 0;
    const { readInt16LE } = bytes;
    bytes.readInt16LE = (at) => (reads++, readInt16LE.call(bytes, at));
    utmpLayoutOf(bytes);
    expect(reads).toBeLessThan(500);
  });
});

test("a utmp of arm64 is read to the microsecond", () => {
  expect(parseUtmp(Buffer.concat(OF_ARM64)).at(-2)).toEqual({
    pid: 4711,
    line: "pts/3",
    user: "alice",
    host: "203.0.113.9",
    address: "203.0.113.9",
    timeSeconds: 1_700_000_002.25,
  });
});

test("a wtmp of arm64 is read, as it grows, and the rotated ones, too", async () => {
  using tree = new TempTree();
  const rotated = [record64(7, "carol", 1_600_000_000), ...OF_ARM64.slice(0, 2)];
  tree.write("/var/log/wtmp.1", Buffer.concat(rotated));
  tree.write("/var/log/wtmp-20260101.gz", Bun.gzipSync(Buffer.concat(rotated.toReversed())));
  tree.write("/var/log/wtmp", Buffer.concat(OF_ARM64));
  const reader = new WtmpReader(tree.root, now);
  const expected = { alice: 1_700_000_002.25, bob: 1_700_000_003.25, carol: 1_600_000_000.25 };
  expect(Object.fromEntries(await reader.read())).toEqual(expected);
  const later = [...OF_ARM64, record64(7, "dave", 1_700_000_009)];
  tree.write("/var/log/wtmp", Buffer.concat(later));
  expect(Object.fromEntries(await reader.read())).toEqual({ ...expected, dave: 1_700_000_009.25 });
});

describe("lastlog", () => {
  test("the size tells the layout, and the machine where it does not", () => {
    for (const own of [TIME32, TIME64]) {
      expect(lastlogLayoutOf(1001 * 292, own)).toBe(TIME32);
      expect(lastlogLayoutOf(1001 * 296, own)).toBe(TIME64);
      expect(lastlogLayoutOf(292 * 296, own)).toBe(own);
      expect(lastlogLayoutOf(1001 * 296 + 1, own)).toBe(own);
      expect(lastlogLayoutOf(0, own)).toBe(own);
    }
  });

  test("that of arm64 is read", async () => {
    using tree = new TempTree();
    const bytes = Buffer.alloc(1002 * 296);
    bytes.writeBigInt64LE(1_700_000_001n, 0);
    bytes.writeBigInt64LE(1_700_000_002n, 1000 * 296);
    bytes.writeBigInt64LE(1_700_000_003n, 1001 * 296);
    tree.write("/var/log/lastlog", bytes);
    const logins = await new LastlogReader(tree.root, now).read([0, 1, 1000, 1001]);
    expect([...logins]).toEqual([
      [0, 1_700_000_001],
      [1000, 1_700_000_002],
      [1001, 1_700_000_003],
    ]);
  });
});
