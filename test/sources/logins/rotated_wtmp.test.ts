import { describe, expect, test } from "bun:test";
import { mkdirSync, symlinkSync, truncateSync, utimesSync } from "node:fs";
import { rotatedRecords } from "../../../src/sources/logins/rotated_wtmp.ts";
import { openFilesIn } from "../../helpers/descriptors.ts";
import { isLinux } from "../../helpers/system.ts";
import { TempTree } from "../../helpers/temp_tree.ts";
import { utmpRecord } from "../../helpers/utmp_record.ts";

const RECORD_BYTES = 384;
const login = (user: string) => utmpRecord({ user, seconds: 1 });
const gzip = (...records: Buffer[]) => Bun.gzipSync(new Uint8Array(Buffer.concat(records)));

/** A folder of files; the first is the newest. */
function rotated(files: Record<string, Uint8Array>) {
  const tree = new TempTree({ "/log/.keep": "" });
  let age = 0;
  for (const [name, content] of Object.entries(files)) {
    tree.write(`/log/${name}`, content);
    utimesSync(`${tree.folder}/log/${name}`, 0, 1_700_000_000 - age++);
  }
  const folder = `${tree.folder}/log`;
  return {
    folder,
    async users(mostRecords = 100): Promise<string[]> {
      const users: string[] = [];
      for await (const { records: piece } of rotatedRecords(folder, mostRecords)) {
        expect(piece.length % RECORD_BYTES).toBe(0);
        expect(piece.length).toBeLessThanOrEqual(mostRecords * RECORD_BYTES);
        for (let at = 0; at < piece.length; at += RECORD_BYTES)
          users.push(
            Buffer.from(piece.subarray(at + 44, at + 76))
              .toString()
              .replace(/\0+$/, ""),
          );
      }
      return users;
    },
    [Symbol.dispose]: () => tree[Symbol.dispose](),
  };
}

describe("rotated files", () => {
  test("of every name that logrotate gives them are read, the newest first", async () => {
    using it = rotated({
      "wtmp-20260102": login("a"),
      "wtmp.1": login("b"),
      "wtmp-20260101-1767225600": login("c"),
      "wtmp.2.gz": gzip(login("d")),
      "wtmp.12": login("e"),
    });
    expect(await it.users()).toEqual(["a", "b", "c", "d", "e"]);
  });

  test("of other names are not, the one in use neither", async () => {
    using it = rotated({
      wtmp: login("a"),
      "wtmp.1.bak": login("b"),
      "wtmp.1234": login("c"),
      "btmp.1": login("d"),
      "wtmp-2026": login("e"),
      "wtmp.1.xz": login("f"),
    });
    expect(await it.users()).toEqual([]);
  });

  test("in pieces that end with a record, however short", async () => {
    const logins = Array.from({ length: 1000 }, (_, i) => login(`u${i}`));
    using it = rotated({ "wtmp.1.gz": gzip(...logins) });
    for (const most of [1, 7, 1000])
      expect(await it.users(most)).toEqual(logins.map((_, i) => `u${i}`));
  });

  test("that are cut off or damaged cost what is missing, and nothing else", async () => {
    const whole = gzip(login("a"), login("b"));
    using it = rotated({
      "wtmp.1": Buffer.concat([login("c"), login("x").subarray(0, 100)]),
      "wtmp.2.gz": login("no gzip"),
      "wtmp.3.gz": whole.subarray(0, whole.length - 12),
      "wtmp.4": login("d"),
    });
    const users = await it.users();
    expect([users[0], users.at(-1)]).toEqual(["c", "d"]);
    expect(users).not.toContain("x");
    expect(users).not.toContain("no gzip");
  });

  test("that are folders, links or too large are left out", async () => {
    using it = rotated({ "wtmp.1": login("a"), "wtmp.4": login("b"), "wtmp.5.gz": login("c") });
    mkdirSync(`${it.folder}/wtmp.2`);
    symlinkSync("nowhere", `${it.folder}/wtmp.3`);
    truncateSync(`${it.folder}/wtmp.4`, 64 * 2 ** 20 + 1);
    truncateSync(`${it.folder}/wtmp.5.gz`, 8 * 2 ** 20 + 1);
    expect(await it.users()).toEqual(["a"]);
  });

  test("are 24 at most", async () => {
    const files = Array.from({ length: 30 }, (_, i) => [`wtmp.${i}`, login(`u${i}`)] as const);
    using it = rotated(Object.fromEntries(files));
    expect(await it.users()).toHaveLength(24);
  });

  test.skipIf(!isLinux)("are open one at a time, and none when the reader stops", async () => {
    using it = rotated({ "wtmp.1": login("a"), "wtmp.2": login("b") });
    const open: number[] = [];
    for await (const _ of rotatedRecords(it.folder, 1)) open.push(openFilesIn(it.folder).length);
    expect(open).toEqual([1, 1]);
    for await (const _ of rotatedRecords(it.folder, 1)) break;
    expect(openFilesIn(it.folder)).toEqual([]);
  });
});
