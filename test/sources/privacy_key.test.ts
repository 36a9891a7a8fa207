import { describe, expect, test } from "bun:test";
import { statSync } from "node:fs";
import { readOrMakePrivacyKey, readPrivacyKey } from "../../src/sources/privacy_key.ts";
import { TempTree } from "../helpers/temp_tree.ts";

describe("the key", () => {
  test("is made once, of 32 random bytes that only its owner may read", () => {
    using tree = new TempTree({});
    const [one, other] = [`${tree.folder}/one`, `${tree.folder}/other`];
    const key = readOrMakePrivacyKey(one);
    expect(key).toHaveLength(32);
    expect(statSync(one).mode & 0o777).toBe(0o600);
    expect(readOrMakePrivacyKey(one)).toEqual(key);
    expect(readPrivacyKey(one)).toEqual(key);
    expect(readOrMakePrivacyKey(other)).not.toEqual(key);
  });

  test("that is not there, too short, or no file, is an error, and nothing is put in its place", () => {
    using tree = new TempTree({ "/short": "0123456789abcde", "/folder/x": "" });
    expect(() => readPrivacyKey(`${tree.folder}/none`)).toThrow("ENOENT");
    for (const read of [readPrivacyKey, readOrMakePrivacyKey]) {
      expect(() => read(`${tree.folder}/short`)).toThrow("15 bytes, want 16 at least");
      expect(() => read(`${tree.folder}/folder`)).toThrow("want a regular file");
    }
  });
});
