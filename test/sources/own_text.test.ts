import { expect, test } from "bun:test";
import { canonicalAddress } from "../../src/sources/ip_address.ts";
import { ownText } from "../../src/sources/own_text.ts";
import { heldBytes } from "../helpers/held_bytes.ts";

const COUNT = 1000;
const LONG_BYTES = 16 * 1024;

/** What is held more, in bytes, for each text that is kept of a long one. */
function bytesForEach(keep: (long: string) => string | undefined): number {
  const kept: (string | undefined)[] = [];
  const before = heldBytes();
  for (let i = 0; i < COUNT; i++) {
    kept.push(keep(Buffer.alloc(LONG_BYTES, `from 198.51.${i >> 8}.${i & 255} `).toString()));
  }
  const held = (heldBytes() - before) / COUNT;
  expect(new Set(kept).size).toBe(COUNT);
  return held;
}

const addressIn = (long: string) => long.slice(5, long.indexOf(" ", 5));

test("a text that is kept does not hold the one that it was cut from", () => {
  // Less than all, since what other tests left behind may go meanwhile.
  expect(bytesForEach(addressIn)).toBeGreaterThan(LONG_BYTES / 2);
  expect(bytesForEach((long) => ownText(addressIn(long)))).toBeLessThan(500);
});

test("an address does not, either", () => {
  expect(bytesForEach((long) => canonicalAddress(addressIn(long)))).toBeLessThan(500);
});

test.each(["", "a", "é\u{1f600}\0", "\ud800"])("it is the same text: %j", (text) => {
  expect(ownText(text)).toBe(text);
});
