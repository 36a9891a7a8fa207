import { expect, test } from "bun:test";
import { createHmac } from "node:crypto";
import { createSecureContext } from "node:tls";
import { keyedHash } from "../../src/sources/keyed_hash.ts";

const KEY = Buffer.from("secret");

test("is HMAC-SHA256 of all texts", () => {
  const expected = createHmac("sha256", KEY).update("alice:secret").digest("hex");
  expect(keyedHash(KEY, "alice:", "secret")).toBe(expected);
  expect(keyedHash(KEY, "alice:secret")).toBe(expected);
});

test("a bad certificate before it is no fault of the hash", () => {
  const cert = "-----BEGIN CERTIFICATE-----\nxxxx\n-----END CERTIFICATE-----\n";
  for (let i = 0; i < 5; i++) {
    expect(() => createSecureContext({ cert, key: "x" })).toThrow();
    expect(keyedHash(KEY, "x")).toHaveLength(64);
  }
});
