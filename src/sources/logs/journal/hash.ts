/**
 * The two hashes of journal files, both over the payload before compression: SipHash-2-4 where the header says keyed,
 * else Jenkins' lookup3. https://systemd.io/JOURNAL_FILE_FORMAT/#hashes
 *
 * They work on 32-bit halves because BigInt allocates in each step. The result is written to `out`, the low half first,
 * as in the file.
 */
export type Hash64 = Uint32Array<ArrayBuffer>;

export function newHash(): Hash64 {
  return new Uint32Array(2);
}

/** The key of a file's SipHash: its file_id, as four little-endian words. */
export function keyOf(fileId: Uint8Array): Uint32Array {
  const key = new Uint32Array(4);
  for (let i = 0; i < 4; i++) key[i] = word(fileId, i * 4);
  return key;
}

/** SipHash-2-4 of bytes[start..end). https://www.aumasson.jp/siphash/siphash.pdf */
export function siphash24(
  key: Uint32Array,
  bytes: Uint8Array,
  start: number,
  end: number,
  out: Hash64,
): void {
  // v0 to v3, each as a low and a high half, from "somepseudorandomlygeneratedbytes".
  let al = 0x70736575 ^ key[0]!;
  let ah = 0x736f6d65 ^ key[1]!;
  let bl = 0x6e646f6d ^ key[2]!;
  let bh = 0x646f7261 ^ key[3]!;
  let cl = 0x6e657261 ^ key[0]!;
  let ch = 0x6c796765 ^ key[1]!;
  let dl = 0x79746573 ^ key[2]!;
  let dh = 0x74656462 ^ key[3]!;
  const words = ((end - start) >>> 3) + 1;

  // One round for each word, the last with the remaining bytes and the length; then one to finish.
  for (let turn = 0; turn <= words; turn++) {
    let ml = 0;
    let mh = 0;
    let rounds = 2;
    if (turn < words - 1) {
      ml = word(bytes, start + turn * 8);
      mh = word(bytes, start + turn * 8 + 4);
    } else if (turn === words - 1) {
      ml = tail(bytes, start + turn * 8, end);
      mh = tail(bytes, start + turn * 8 + 4, end) | ((end - start) << 24);
    } else {
      rounds = 4;
      cl ^= 0xff;
    }
    dl ^= ml;
    dh ^= mh;
    for (; rounds > 0; rounds--) {
      let sum = (al >>> 0) + (bl >>> 0);
      ah = (ah + bh + (sum > 0xffffffff ? 1 : 0)) | 0;
      al = sum | 0;
      let turned = ((bl << 13) | (bh >>> 19)) ^ al;
      bh = ((bh << 13) | (bl >>> 19)) ^ ah;
      bl = turned;
      turned = ah;
      ah = al;
      al = turned;
      sum = (cl >>> 0) + (dl >>> 0);
      ch = (ch + dh + (sum > 0xffffffff ? 1 : 0)) | 0;
      cl = sum | 0;
      turned = ((dl << 16) | (dh >>> 16)) ^ cl;
      dh = ((dh << 16) | (dl >>> 16)) ^ ch;
      dl = turned;
      sum = (al >>> 0) + (dl >>> 0);
      ah = (ah + dh + (sum > 0xffffffff ? 1 : 0)) | 0;
      al = sum | 0;
      turned = ((dl << 21) | (dh >>> 11)) ^ al;
      dh = ((dh << 21) | (dl >>> 11)) ^ ah;
      dl = turned;
      sum = (cl >>> 0) + (bl >>> 0);
      ch = (ch + bh + (sum > 0xffffffff ? 1 : 0)) | 0;
      cl = sum | 0;
      turned = ((bl << 17) | (bh >>> 15)) ^ cl;
      bh = ((bh << 17) | (bl >>> 15)) ^ ch;
      bl = turned;
      turned = ch;
      ch = cl;
      cl = turned;
    }
    al ^= ml;
    ah ^= mh;
  }
  out[0] = al ^ bl ^ cl ^ dl;
  out[1] = ah ^ bh ^ ch ^ dh;
}

/** lookup3's hashlittle2 of bytes[start..end) with both seeds 0; its first result is the high half. */
export function jenkins(bytes: Uint8Array, start: number, end: number, out: Hash64): void {
  let a = (0xdeadbeef + (end - start)) | 0;
  let b = a;
  let c = a;
  let at = start;
  for (; end - at > 12; at += 12) {
    a = (a + word(bytes, at)) | 0;
    b = (b + word(bytes, at + 4)) | 0;
    c = (c + word(bytes, at + 8)) | 0;
    a = ((a - c) | 0) ^ ((c << 4) | (c >>> 28));
    c = (c + b) | 0;
    b = ((b - a) | 0) ^ ((a << 6) | (a >>> 26));
    a = (a + c) | 0;
    c = ((c - b) | 0) ^ ((b << 8) | (b >>> 24));
    b = (b + a) | 0;
    a = ((a - c) | 0) ^ ((c << 16) | (c >>> 16));
    c = (c + b) | 0;
    b = ((b - a) | 0) ^ ((a << 19) | (a >>> 13));
    a = (a + c) | 0;
    c = ((c - b) | 0) ^ ((b << 4) | (b >>> 28));
    b = (b + a) | 0;
  }
  if (at < end) {
    a = (a + tail(bytes, at, end)) | 0;
    b = (b + tail(bytes, at + 4, end)) | 0;
    c = (c + tail(bytes, at + 8, end)) | 0;
    c = ((c ^ b) - ((b << 14) | (b >>> 18))) | 0;
    a = ((a ^ c) - ((c << 11) | (c >>> 21))) | 0;
    b = ((b ^ a) - ((a << 25) | (a >>> 7))) | 0;
    c = ((c ^ b) - ((b << 16) | (b >>> 16))) | 0;
    a = ((a ^ c) - ((c << 4) | (c >>> 28))) | 0;
    b = ((b ^ a) - ((a << 14) | (a >>> 18))) | 0;
    c = ((c ^ b) - ((b << 24) | (b >>> 8))) | 0;
  }
  out[0] = b;
  out[1] = c;
}

/** Four bytes, little endian. */
function word(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}

/** Up to four bytes before the end, little endian; missing bytes are 0. */
function tail(bytes: Uint8Array, at: number, end: number): number {
  let value = 0;
  for (let i = Math.min(4, end - at) - 1; i >= 0; i--) value = (value << 8) | bytes[at + i]!;
  return value;
}
