import { describe, expect, test } from "bun:test";
import { isIP } from "node:net";
import { randomFrom } from "../helpers/random.ts";
import { canonicalAddress, formatAddress } from "../../src/sources/ip_address.ts";

/** The URL standard serialises IPv6 as RFC 5952 does, but for v4-mapped addresses. */
function asInUrl(address: string): string {
  return new URL(`http://[${address}]/`).hostname.slice(1, -1);
}

/** Sixteen bytes in which runs of zeros are common. */
function someBytes(seed: number): Uint8Array {
  const bytes = new Uint8Array(16);
  let state = seed * 2654435761 + 1;
  for (let i = 0; i < 16; i += 2) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const group = state >>> 29 < 5 ? 0 : state >>> (state & 15 ? 12 : 20);
    bytes[i] = (group >> 8) & 0xff;
    bytes[i + 1] = group & 0xff;
  }
  return bytes;
}

function inFull(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex").match(/..../g)!.join(":");
}

describe("formatAddress", () => {
  test("writes IPv6 as the URL standard does", () => {
    for (let seed = 0; seed < 5000; seed++) {
      const bytes = someBytes(seed);
      if (inFull(bytes).startsWith("0000:0000:0000:0000:0000:ffff:")) continue;
      expect(formatAddress(bytes)).toBe(asInUrl(inFull(bytes)));
    }
  });

  test.each([
    [[127, 0, 0, 1], "127.0.0.1"],
    [[0, 0, 0, 0], "0.0.0.0"],
    [[...Array(10).fill(0), 0xff, 0xff, 192, 0, 2, 9], "192.0.2.9"],
    // An address that is only near to a v4-mapped one.
    [[...Array(9).fill(0), 1, 0xff, 0xff, 192, 0, 2, 9], "::1:ffff:c000:209"],
    [Array(16).fill(0), "::"],
  ])("%p is %s", (bytes, text) => {
    expect(formatAddress(Uint8Array.from(bytes))).toBe(text);
  });
});

describe("canonicalAddress", () => {
  test("reads back what any spelling of an address means", () => {
    for (let seed = 0; seed < 2000; seed++) {
      const full = inFull(someBytes(seed));
      if (full.startsWith("0000:0000:0000:0000:0000:ffff:")) continue;
      expect(canonicalAddress(full.toUpperCase())).toBe(asInUrl(full));
      expect(canonicalAddress(asInUrl(full))).toBe(asInUrl(full));
    }
  });

  test.each([
    ["192.0.2.1", "192.0.2.1"],
    ["[192.0.2.1]", "192.0.2.1"],
    ["::ffff:192.0.2.255", "192.0.2.255"],
    ["::FFFF:c000:2ff", "192.0.2.255"],
    ["64:ff9b::192.0.2.33", "64:ff9b::c000:221"],
    ["fe80::1%eth0", "fe80::1"],
    ["[2001:DB8::0:1]", "2001:db8::1"],
    ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
    ["::", "::"],
    ["1::", "1::"],
  ])("%s is %s", (text, canonical) => {
    expect(canonicalAddress(text)).toBe(canonical);
  });

  test.each([
    "",
    "host",
    "host.example.org",
    ":0",
    "1.2.3",
    "1.2.3.256",
    "1.2.3.4:22",
    "::1::",
    "a:b",
  ])("%p is no address", (text) => {
    expect(canonicalAddress(text)).toBeUndefined();
  });
});

test("what node takes for an address is one, and nothing else", () => {
  const seeds = [
    "::1",
    "2001:db8::1",
    "::ffff:192.0.2.1",
    "1:2:3:4:5:6:7:8",
    "1:2:3:4:5:6:1.2.3.4",
  ];
  const more = ["fe80::", "192.0.2.255", "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8", "1:2::1.2.3.4", ""];
  const letters = "0123456789abcdefABCDEF:::...gx ";
  const random = randomFrom(1);
  let addresses = 0;
  for (let i = 0; i < 50_000; i++) {
    let text = random.pick([...seeds, ...more]);
    for (let changes = random.below(4); changes > 0; changes--) {
      const at = random.below(text.length + 1);
      const end = at + random.below(2);
      text = text.slice(0, at) + (random.chance(0.7) ? random.pick(letters) : "") + text.slice(end);
    }
    const isAddress = isIP(text) !== 0;
    if (isAddress) addresses++;
    expect([text, canonicalAddress(text) !== undefined]).toEqual([text, isAddress]);
  }
  expect(addresses).toBeGreaterThan(10_000);
});
