import { describe, expect, test } from "bun:test";
import { faultOf } from "../../../src/sources/errors.ts";
import { parseUtmp, readUtmp } from "../../../src/sources/logins/utmp.ts";
import { IMPOSTORS, replace } from "../../helpers/impostors.ts";
import { hasTool, output } from "../../helpers/system.ts";
import { TempTree } from "../../helpers/temp_tree.ts";
import { utmpRecord } from "../../helpers/utmp_record.ts";

const ALICE = utmpRecord({
  pid: 4711,
  line: "pts/3",
  user: "alice",
  host: "203.0.113.9",
  seconds: 1_700_000_000,
  micros: 250_000,
  address: [203, 0, 113, 9],
});
const ALICE_LOGIN = {
  pid: 4711,
  line: "pts/3",
  user: "alice",
  host: "203.0.113.9",
  address: "203.0.113.9",
  timeSeconds: 1_700_000_000.25,
};

describe("parseUtmp", () => {
  test("reads a login", () => {
    expect(parseUtmp(ALICE)).toEqual([ALICE_LOGIN]);
  });

  test.each([
    ["none", [], undefined],
    ["IPv4", [10, 0, 0, 1], "10.0.0.1"],
    // Only the first word is filled, and its last bytes may well be zero.
    ["IPv4 that ends with zeros", [10, 0, 0, 0], "10.0.0.0"],
    ["IPv6", [0x20, 1, 0xd, 0xb8, ...Array(11).fill(0), 1], "2001:db8::1"],
    ["v4-mapped", [...Array(10).fill(0), 0xff, 0xff, 192, 0, 2, 1], "192.0.2.1"],
    ["loopback", [...Array(15).fill(0), 1], "::1"],
  ])("address: %s", (_, address, text) => {
    expect(parseUtmp(utmpRecord({ address }))[0]!.address).toBe(text);
  });

  test("a field that is full has no NUL, and does not run into the next", () => {
    const user = "u".repeat(32);
    const line = "l".repeat(32);
    const host = "h".repeat(256);
    const record = utmpRecord({ user, line, host, id: "ts/3", session: -1 });
    expect(parseUtmp(record)[0]).toMatchObject({ user, line, host });
  });

  test("what stands behind the NUL of a reused field is not read", () => {
    const record = utmpRecord({ user: "bob\0ice", line: "pts/1\0/99", host: "a\0.example.org" });
    expect(parseUtmp(record)[0]).toMatchObject({ user: "bob", line: "pts/1", host: "a" });
  });

  test("a name in UTF-8, cut in the middle of a letter, is read", () => {
    const user = parseUtmp(utmpRecord({ user: "\u00e9".repeat(20) }))[0]!.user;
    expect(user.startsWith("\u00e9".repeat(16))).toBe(true);
  });

  test("times last until 2106", () => {
    const [login] = parseUtmp(utmpRecord({ seconds: 4_000_000_000 }));
    expect(new Date(login!.timeSeconds * 1000).getUTCFullYear()).toBe(2096);
  });

  test("only logins are read: types 0 to 9 but 7 are something else", () => {
    const records = Array.from({ length: 10 }, (_, type) => utmpRecord({ type, pid: type }));
    expect(parseUtmp(Buffer.concat(records)).map(({ pid }) => pid)).toEqual([7]);
  });

  test("a login without a user or a terminal is none", () => {
    expect(parseUtmp(utmpRecord({ user: "" }))).toEqual([]);
    expect(parseUtmp(utmpRecord({ line: "" }))).toEqual([]);
  });

  test("a file that is cut at any byte keeps its whole records", () => {
    const whole = Buffer.concat([ALICE, utmpRecord({ pid: 5 })]);
    for (let length = 0; length <= whole.length; length++) {
      const pids = parseUtmp(whole.subarray(0, length)).map(({ pid }) => pid);
      expect(pids).toEqual([4711, 5].slice(0, Math.floor(length / 384)));
    }
  });

  test("random bytes never throw", () => {
    const bytes = Buffer.alloc(384 * 64);
    for (let i = 0, state = 1; i < bytes.length; i++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      bytes[i] = state >>> 24;
    }
    for (let at = 0; at < bytes.length; at += 384) bytes.writeInt16LE(7, at);
    expect(parseUtmp(bytes).length).toBeGreaterThan(50);
  });
});

test("readUtmp reads /run/utmp below the root; a host without one is an error", async () => {
  using tree = new TempTree();
  await expect(readUtmp(tree.root)).rejects.toMatchObject({ code: "ENOENT" });
  tree.write("/run/utmp", ALICE);
  expect(await readUtmp(tree.root)).toEqual([ALICE_LOGIN]);
});

test.each([...IMPOSTORS])(
  "$name in place of /run/utmp makes the source broken",
  async (impostor) => {
    using tree = new TempTree();
    replace(`${tree.folder}/run/utmp`, impostor);
    const error = await readUtmp(tree.root).catch((reason: unknown) => reason);
    expect(faultOf(error)).toBe("broken");
  },
);

test.skipIf(!hasTool("utmpdump"))("utmpdump writes records that read the same", async () => {
  // Its own text form, from which it makes the bytes that glibc would.
  const text =
    "[7] [04711] [ts/3] [alice   ] [pts/3       ] [203.0.113.9         ] [203.0.113.9    ] [2023-11-14T22:13:20,250000+00:00]\n" +
    "[8] [00099] [ts/4] [        ] [pts/4       ] [                    ] [0.0.0.0        ] [2023-11-14T22:13:20,000000+00:00]\n" +
    "[7] [00100] [ts/5] [bob     ] [pts/5       ] [2001:db8::5         ] [2001:db8::5    ] [2023-11-14T22:13:21,000000+00:00]\n";
  using tree = new TempTree({ "/text": text });
  output("utmpdump", "-r", "-o", `${tree.folder}/utmp`, `${tree.folder}/text`);
  const bob = { pid: 100, line: "pts/5", user: "bob", host: "2001:db8::5", address: "2001:db8::5" };
  expect(parseUtmp(await Bun.file(`${tree.folder}/utmp`).bytes())).toEqual([
    ALICE_LOGIN,
    { ...bob, timeSeconds: 1_700_000_001 },
  ]);
});
