/** The key that addresses are hashed with: random bytes in a file that only its owner may read. */
import { fsyncSync, writeSync } from "node:fs";
import { closeFile, openFile } from "./descriptors.ts";
import { codeOf, isGone } from "./errors.ts";
import { readRegular } from "./regular_file.ts";

const KEY_BYTES = 32;
/** A shorter key could be found by brute force. */
const MIN_BYTES = 16;
const MAX_BYTES = 4096;

/**
 * The content of a key file.
 *
 * @throws the system's error, or an Error when it is too short
 */
export function readPrivacyKey(path: string): Buffer {
  const key = readRegular(path, MAX_BYTES);
  if (key.length >= MIN_BYTES) return key;
  throw new Error(`${key.length} bytes, want ${MIN_BYTES} at least`);
}

/**
 * The key in a file, which is created when missing.
 *
 * @throws the system's error
 */
export function readOrMakePrivacyKey(path: string): Buffer {
  try {
    return readPrivacyKey(path);
  } catch (error) {
    if (!isGone(error)) throw error;
  }
  try {
    make(path);
  } catch (error) {
    // Another process was faster: its key is used.
    if (codeOf(error) !== "EEXIST") throw error;
  }
  return readPrivacyKey(path);
}

function make(path: string): void {
  const fd = openFile(path, "wx", 0o600);
  try {
    writeSync(fd, crypto.getRandomValues(Buffer.alloc(KEY_BYTES)));
    fsyncSync(fd);
  } finally {
    closeFile(fd);
  }
}
