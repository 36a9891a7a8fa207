/**
 * Unpacks LZ4 blocks, which journals of systemd 215 to 245 use; Bun has no decoder for them.
 * https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md
 */

const MIN_MATCH = 4;

/**
 * Unpacks bytes[start..end) into exactly `size` bytes.
 *
 * @returns undefined when the block is damaged
 */
export function unpackLz4Block(
  bytes: Uint8Array,
  start: number,
  end: number,
  size: number,
): Buffer | undefined {
  const out = Buffer.allocUnsafe(size);
  let at = start;
  let length = 0;

  while (at < end) {
    const token = bytes[at++]!;
    let literals = token >>> 4;
    if (literals === 15) {
      let more;
      do {
        more = at < end ? bytes[at++]! : 0;
        literals += more;
      } while (more === 255);
    }
    if (at + literals > end || length + literals > size) return undefined;
    out.set(bytes.subarray(at, at + literals), length);
    at += literals;
    length += literals;
    if (at === end) break; // The last sequence has no match.

    if (at + 2 > end) return undefined;
    const distance = bytes[at]! | (bytes[at + 1]! << 8);
    at += 2;
    let match = (token & 15) + MIN_MATCH;
    if ((token & 15) === 15) {
      let more;
      do {
        more = at < end ? bytes[at++]! : 0;
        match += more;
      } while (more === 255);
    }
    if (distance === 0 || distance > length || length + match > size) return undefined;
    // Byte by byte, since a match may overlap its own output.
    for (let i = 0; i < match; i++, length++) out[length] = out[length - distance]!;
  }
  return length === size ? out : undefined;
}
