/**
 * The unpacked size that a zstd frame declares (RFC 8878, 3.1.1). `Bun.zstdDecompressSync` allocates the declared size,
 * so it must be checked before; `node:zlib`, which takes a limit, costs 5 MB of memory.
 */

const MAGIC = 0xfd2fb528;

/** The block type of one repeated byte (RLE). */
const REPEATED = 1;
const RESERVED = 3;

const BLOCK_HEAD_BYTES = 3;
const CHECKSUM_BYTES = 4;

/**
 * The size that `frame` has unpacked; undefined unless it is exactly one frame that declares it, as journald writes
 * them.
 */
export function unpackedSize(frame: Buffer): number | undefined {
  if (frame.length < 5 || frame.readUInt32LE(0) !== MAGIC) return undefined;
  const descriptor = frame[4]!;
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const hasChecksum = (descriptor & 4) !== 0;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3]!;
  const sizeBytes = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6]!;
  const sizeAt = 5 + (isSingleSegment ? 0 : 1) + dictionaryBytes;
  const blocksAt = sizeAt + sizeBytes;
  if (sizeBytes === 0 || blocksAt > frame.length) return undefined;
  const end = endOfBlocks(frame, blocksAt);
  if (end === undefined || end + (hasChecksum ? CHECKSUM_BYTES : 0) !== frame.length)
    return undefined;
  if (sizeBytes === 8) return Number(frame.readBigUInt64LE(sizeAt));
  return frame.readUIntLE(sizeAt, sizeBytes) + (sizeBytes === 2 ? 256 : 0);
}

/** Where the last block ends. */
function endOfBlocks(frame: Buffer, start: number): number | undefined {
  for (let at = start; at + BLOCK_HEAD_BYTES <= frame.length;) {
    const head = frame.readUIntLE(at, BLOCK_HEAD_BYTES);
    const type = (head >> 1) & 3;
    if (type === RESERVED) return undefined;
    at += BLOCK_HEAD_BYTES + (type === REPEATED ? 1 : head >> 3);
    if ((head & 1) !== 0) return at;
  }
  return undefined;
}
