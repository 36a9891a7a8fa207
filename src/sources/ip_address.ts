/** Parses and formats addresses. `node:net` can do it too, but takes 3 ms and 3 MB to load. */

import { ownText } from "./own_text.ts";

const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;
const GROUP = /^[\da-fA-F]{1,4}$/;
const GROUPS = 8;

/** The bytes `::ffff:0:0/96` begins with: an IPv4 address written as IPv6 (RFC 4291, 2.5.5.2). */
const V4_MAPPED = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];

/**
 * The canonical text of an address: dotted quad for 4 bytes and for v4-mapped ones, RFC 5952 for
 * the rest of the 16-byte ones.
 */
export function formatAddress(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join(".");
  if (V4_MAPPED.every((byte, i) => bytes[i] === byte)) return bytes.subarray(12).join(".");
  const groups: number[] = [];
  for (let i = 0; i < 16; i += 2) groups.push((bytes[i]! << 8) | bytes[i + 1]!);
  const { start, length } = longestZeroRun(groups);
  if (length < 2) return groups.map(hex).join(":");
  const before = groups.slice(0, start).map(hex).join(":");
  const after = groups
    .slice(start + length)
    .map(hex)
    .join(":");
  return `${before}::${after}`;
}

/**
 * The canonical text of an address from a log or a session file, without brackets, `%zone` and the v4-mapped form.
 * Undefined when the text is no address literal.
 */
export function canonicalAddress(text: string): string | undefined {
  const bare = text.replace(/^\[(.*)\]$/, "$1").replace(/%.*$/, "");
  if (IPV4.test(bare)) return ownText(bare);
  const bytes = ipv6Bytes(bare);
  return bytes && formatAddress(bytes);
}

function hex(group: number): string {
  return group.toString(16);
}

/** The first of the longest runs of zero groups, as RFC 5952 section 4.2.3 requires. */
function longestZeroRun(groups: number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  let length = 0;
  groups.forEach((group, i) => {
    length = group === 0 ? length + 1 : 0;
    if (length > best.length) best = { start: i - length + 1, length };
  });
  return best;
}

/** Parses IPv6 (RFC 4291, 2.2): groups of hex digits, `::` once, the last two groups optionally as IPv4. */
function ipv6Bytes(text: string): Uint8Array | undefined {
  const dotted = text.slice(text.lastIndexOf(":") + 1);
  const pure = IPV4.test(dotted) ? text.slice(0, -dotted.length) + hexGroups(dotted) : text;
  const halves = pure.split("::");
  const [left, right = []] = halves.map((half) => (half === "" ? [] : half.split(":")));
  const zeros = GROUPS - left!.length - right.length;
  if (halves.length > 2 || (halves.length === 2 ? zeros < 1 : zeros !== 0)) return undefined;
  const inFull =
    halves.length === 2 ? [...left!, ...Array<string>(zeros).fill("0"), ...right] : left!;
  if (!inFull.every((group) => GROUP.test(group))) return undefined;
  return Uint8Array.from(
    inFull.flatMap((group) => {
      const value = Number.parseInt(group, 16);
      return [value >> 8, value & 0xff];
    }),
  );
}

/** An IPv4 address as two groups. */
function hexGroups(dotted: string): string {
  const [a, b, c, d] = dotted.split(".").map(Number);
  return `${hex((a! << 8) | b!)}:${hex((c! << 8) | d!)}`;
}
