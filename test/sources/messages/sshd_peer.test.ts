import { describe, expect, test } from "bun:test";
import {
  parseHost,
  parseNameFrom,
  parsePeer,
  parseRemoteId,
} from "../../../src/sources/messages/sshd_peer.ts";

const PEER = { address: "192.0.2.1", port: 4000 };
const AT = "192.0.2.1 port 4000";

describe("parseRemoteId", () => {
  test.each([
    [AT, { verdict: undefined, peer: PEER }],
    [`authenticating user alice ${AT}`, { verdict: "valid", peer: PEER }],
    [`invalid user ${AT}`, { verdict: "invalid", peer: PEER }],
    [`user alice ${AT}`, { verdict: "logged in", peer: PEER }],
    [`user alice ${AT}: Broken pipe`, { verdict: "logged in", peer: PEER }],
    [`authenticating user alice ${AT} timed out`, { verdict: "valid", peer: PEER }],
    // What a client calls itself is not its address.
    [`invalid user x 9.9.9.9 port 1 ${AT}`, { verdict: "invalid", peer: PEER }],
    [`invalid user 9.9.9.9 port 1 timed ${AT}`, { verdict: "invalid", peer: PEER }],
    ["UNKNOWN port 65535", { verdict: undefined, peer: { address: undefined, port: 65535 } }],
    ["fe80::1%eth0 port 1", { verdict: undefined, peer: { address: "fe80::1", port: 1 } }],
  ] as const)("%s", (text, id) => {
    expect(parseRemoteId(text, false)).toEqual(id);
  });

  test.each([
    ["alice 192.0.2.1 port 4000"],
    ["example.org port 1"],
    ["192.0.2.1 port 123456"],
    ["192.0.2.1 port x"],
    ["192.0.2.1"],
    ["invalid user x"],
    [""],
  ])("%j is none", (text) => {
    expect(parseRemoteId(text, false)).toBeUndefined();
  });

  test("of a text that is cut, an address at the end may be part of the name", () => {
    const named = { verdict: "invalid", peer: undefined } as const;
    expect(parseRemoteId(`invalid user x ${AT}`, true)).toEqual(named);
    expect(parseRemoteId("invalid user x", true)).toEqual(named);
    expect(parseRemoteId(AT, true)).toBeUndefined();
    // No name holds a colon, so what stands before one is whole.
    const told = { verdict: "invalid", peer: PEER } as const;
    expect(parseRemoteId(`invalid user x ${AT}: Connection res`, true)).toEqual(told);
  });
});

describe("parseNameFrom", () => {
  test.each([
    [`alice from ${AT}`, "alice"],
    [` from ${AT}`, ""],
    [`root from 9.9.9.9 port 1 from ${AT}`, "root from 9.9.9.9 port 1"],
    [`a b  from ${AT}`, "a b "],
  ])("%j is of the last address", (text, name) => {
    expect(parseNameFrom(text)).toEqual({ name, peer: PEER });
  });

  test.each([
    ["alice"],
    [`alice of ${AT}`],
    [`alice from ${AT} ssh2`],
    ["alice from example.org port 1"],
    [AT],
    [" port 1"],
  ])("%j is none", (text) => {
    expect(parseNameFrom(text)).toBeUndefined();
  });
});

test.each([
  ["::ffff:192.0.2.1", "4000", PEER],
  ["UNKNOWN", "65535", { address: undefined, port: 65535 }],
  ["192.0.2.1", "", undefined],
  ["192.0.2.1", "4000x", undefined],
  ["192.0.2.1", "123456", undefined],
  ["unknown", "1", undefined],
  ["192.0.2.256", "1", undefined],
])("parsePeer of %p and %p", (address, port, peer) => {
  expect(parsePeer(address, port)).toEqual(peer as typeof PEER);
});

test("parseHost takes addresses, and no names", () => {
  expect(parseHost("192.0.2.1")).toEqual({ address: "192.0.2.1", port: undefined });
  expect(parseHost("host.example")).toBeUndefined();
});
