import { describe, expect, test } from "bun:test";
import { createHmac } from "node:crypto";
import { AddressPrivacy } from "../../src/model/address_privacy.ts";

const ADDRESSES = ["192.0.2.77", "2001:db8:1:2::3", "::1", "host.example.org", ""];

describe("an address is shown", () => {
  test("full: as it is", () => {
    const shown = ADDRESSES.map((address) => new AddressPrivacy().show(address));
    expect(shown).toEqual(ADDRESSES);
  });

  test.each([
    ["192.0.2.77", "192.0.2.0/24"],
    ["::ffff:192.0.2.77", "192.0.2.0/24"],
    ["2001:db8:1:2::3", "2001:db8:1::/48"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"],
    ["2001:db8::1", "2001:db8::/48"],
    ["2001::5", "2001::/48"],
    ["::1", "::/48"],
    ["fe80::1%eth0", "fe80::/48"],
    ["0:0:1:2:3:4:5:6", "0:0:1::/48"],
    ["1:0:2:3:4:5:6:7", "1:0:2::/48"],
    ["host.example.org", ""],
    ["", ""],
  ])("prefix: %j as %j", (address, shown) => {
    expect(new AddressPrivacy("prefix").show(address)).toBe(shown);
  });

  test("hash: as the first half of its HMAC-SHA256, host names as a whole", () => {
    const key = Buffer.from("0123456789abcdef0123456789abcdef");
    const privacy = new AddressPrivacy("hash", key);
    for (const address of ADDRESSES.slice(0, 4)) {
      const digest = createHmac("sha256", key).update(address).digest("hex");
      expect(privacy.show(address)).toBe(digest.slice(0, 16));
    }
    expect(privacy.show("")).toBe("");
    const other = new AddressPrivacy("hash", Buffer.from("another key of some length"));
    expect(other.show("192.0.2.77")).not.toBe(privacy.show("192.0.2.77"));
  });

  test("none: not at all", () => {
    const shown = ADDRESSES.map((address) => new AddressPrivacy("none").show(address));
    expect(new Set(shown)).toEqual(new Set([""]));
  });
});
