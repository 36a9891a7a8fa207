/**
 * HMAC-SHA256 of the concatenated texts, in hexadecimal digits.
 *
 * The runtime's hasher may throw a stale error of an earlier failure, such as a bad certificate, from the library that
 * both use (Bun 1.4.5). It does so only once, so a second try shows whether the hash itself fails.
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
