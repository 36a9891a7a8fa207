import { isIPv4, isIPv6 } from "node:net";

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
 * The canonical text of an address that a log or a session file gives: brackets, a `%zone` and the
 * v4-mapped form go. Undefined when the text is no address literal.
 */
export function canonicalAddress(text: string): string | undefined {
  const bare = text.replace(/^\[(.*)\]$/, "$1").replace(/%.*$/, "");
  if (isIPv4(bare)) return bare;
  return isIPv6(bare) ? formatAddress(ipv6Bytes(bare)) : undefined;
}

function hex(group: number): string {
  return group.toString(16);
}

/** The first of the longest runs of zero groups, as RFC 5952 section 4.2.3 wants it. */
function longestZeroRun(groups: number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  let length = 0;
  groups.forEach((group, i) => {
    length = group === 0 ? length + 1 : 0;
    if (length > best.length) best = { start: i - length + 1, length };
  });
  return best;
}

function ipv6Bytes(text: string): Uint8Array {
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(text);
  const pure = dotted
    ? dotted[1]! +
      hex((Number(dotted[2]) << 8) | Number(dotted[3])) +
      ":" +
      hex((Number(dotted[4]) << 8) | Number(dotted[5]))
    : text;
  const [head = "", tail] = pure.split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? 0 : 8 - left.length - right.length;
  const groups = [...left, ...Array<string>(zeros).fill("0"), ...right];
  const bytes = new Uint8Array(16);
  groups.forEach((group, i) => {
    const value = Number.parseInt(group, 16);
    bytes[2 * i] = value >> 8;
    bytes[2 * i + 1] = value & 0xff;
  });
  return bytes;
}
