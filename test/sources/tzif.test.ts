import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { parseTzif } from "../../src/sources/tzif.ts";
import { fuzz, FUZZ_TIMEOUT_MS, randomFrom } from "../helpers/fuzz.ts";

const ZONEINFO = "/usr/share/zoneinfo";
/** Among them: half hours, two changes of rules, no summer time, summer time in the south, a lost day. */
const ZONES = [
  "Europe/Berlin",
  "America/New_York",
  "Asia/Kolkata",
  "Australia/Lord_Howe",
  "America/Sao_Paulo",
  "Pacific/Apia",
  "Africa/Casablanca",
  "Europe/Dublin",
  "Asia/Tokyo",
  "America/St_Johns",
  "Antarctica/Troll",
  "Etc/GMT+5",
].filter((name) => existsSync(`${ZONEINFO}/${name}`));

/** What the runtime's own library says. */
function offsetOfRuntime(name: string): (utcSeconds: number) => number {
  const format = new Intl.DateTimeFormat("en-US", { timeZone: name, timeZoneName: "longOffset" });
  return (utcSeconds) => {
    const parts = format.formatToParts(utcSeconds * 1000);
    const text = parts.find(({ type }) => type === "timeZoneName")!.value;
    const [, sign, hours = 0, minutes = 0] = /^GMT(?:([+-])(\d\d):(\d\d))?/.exec(text)!;
    return (sign === "-" ? -1 : 1) * (Number(hours) * 3600 + Number(minutes) * 60);
  };
}

describe("agrees with the runtime's own zones, from 1990 to 2080:", () => {
  test.each(ZONES)("%s", (name) => {
    const zone = parseTzif(readFileSync(`${ZONEINFO}/${name}`))!;
    const offset = offsetOfRuntime(name);
    const random = randomFrom(7);
    for (let i = 0; i < 400; i++) {
      const seconds = Date.UTC(1990 + random.below(90), random.below(12), 1) / 1000;
      const at = seconds + random.below(31 * 86_400);
      expect(zone.offsetAt(at), new Date(at * 1000).toISOString()).toBe(offset(at));
    }
  });
});

test.skipIf(ZONES.length === 0)("abbreviations mean what they mean now", () => {
  const berlin = parseTzif(readFileSync(`${ZONEINFO}/Europe/Berlin`))!;
  expect(berlin.offsetOf("CET")).toBe(3600);
  expect(berlin.offsetOf("CEST")).toBe(7200);
  expect(berlin.offsetOf("EST")).toBeUndefined();
});

/** A file as RFC 8536 describes it; version 1 has one block only. */
function tzif(version: 1 | 2, changes: [number, number][], offsets: number[], footer = ""): Buffer {
  const block = (bytes: 4 | 8) => {
    const header = Buffer.alloc(44);
    header.write("TZif");
    header[4] = version === 1 ? 0 : 0x32;
    header.writeUInt32BE(changes.length, 32);
    header.writeUInt32BE(offsets.length, 36);
    header.writeUInt32BE(4, 40);
    const times = Buffer.alloc(changes.length * bytes);
    changes.forEach(([at], i) => {
      if (bytes === 4) times.writeInt32BE(at, i * 4);
      else times.writeBigInt64BE(BigInt(at), i * 8);
    });
    const types = Buffer.alloc(offsets.length * 6);
    offsets.forEach((offset, i) => types.writeInt32BE(offset, i * 6));
    return Buffer.concat([
      header,
      times,
      Buffer.from(changes.map(([, type]) => type)),
      types,
      Buffer.from("ABC\0"),
    ]);
  };
  return version === 1
    ? block(4)
    : Buffer.concat([block(4), block(8), Buffer.from(`\n${footer}\n`)]);
}

describe("files made here", () => {
  test("of version 1", () => {
    const zone = parseTzif(
      tzif(
        1,
        [
          [1000, 1],
          [2000, 0],
        ],
        [60, 120],
      ),
    )!;
    expect([999, 1000, 1999, 2000].map((at) => zone.offsetAt(at))).toEqual([60, 120, 120, 60]);
    expect(zone.offsetOf("ABC")).toBe(120);
  });

  test("of version 2: behind the last change the rule holds", () => {
    const zone = parseTzif(tzif(2, [[1000, 1]], [60, 120], "XYZ-2"))!;
    expect([999, 1000, 9_999_999_999].map((at) => zone.offsetAt(at))).toEqual([60, 7200, 7200]);
  });

  test("cut off anywhere is none, or says something all the same", () => {
    const whole = tzif(2, [[1000, 1]], [60, 120], "XYZ-2");
    for (let length = 0; length < whole.length - 7; length++) {
      expect(parseTzif(whole.subarray(0, length))).toBeUndefined();
    }
  });
});

test(
  "any bytes give a zone or none",
  async () => {
    const real = ZONES.map((name) => readFileSync(`${ZONEINFO}/${name}`));
    const files = [...real, tzif(2, [[1000, 1]], [60, 120], "CET-1CEST,M3.5.0,M10.5.0/3")];
    await fuzz("TZif", (random) => {
      const bytes = Buffer.from(random.pick(files));
      for (let i = random.below(8); i >= 0; i--) {
        bytes[random.below(random.chance(0.5) ? 44 : bytes.length)] = random.below(256);
      }
      const zone = parseTzif(
        bytes.subarray(0, random.chance(0.3) ? random.below(bytes.length) : undefined),
      );
      expect(Number.isFinite(zone?.offsetAt(1_700_000_000) ?? 0)).toBeTrue();
      zone?.offsetOf("CEST");
    });
  },
  FUZZ_TIMEOUT_MS,
);
