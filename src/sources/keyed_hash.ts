/**
 * HMAC-SHA256 of texts one after the other, in hexadecimal digits.
 *
 * The runtime's hasher throws what a failure before it, a bad certificate say, has left in the library that both
 * use (Bun 1.4.5). It does so once, so a second try tells whether anything is wrong with the hash.
 */
export function keyedHash(key: Uint8Array, ...texts: string[]): string {
  try {
    return hash(key, texts);
  } catch {
    return hash(key, texts);
  }
}

function hash(key: Uint8Array, texts: readonly string[]): string {
  const hasher = new Bun.CryptoHasher("sha256", key);
  for (const text of texts) hasher.update(text);
  return hasher.digest("hex");
}
