import { describe, expect, test } from "bun:test";
import { parseSshdNotice } from "../../../src/sources/messages/sshd_notice.ts";

const peer = (address: string | undefined, port?: number) => ({ address, port });
const invalid = (from?: ReturnType<typeof peer>) => ({
  kind: "named" as const,
  verdict: "invalid" as const,
  peer: from,
});

describe("a user who may not log in", () => {
  test.each([
    ["User alice from 192.0.2.7 not allowed because listed in DenyUsers", peer("192.0.2.7")],
    ["User alice from 2001:db8::7 not allowed because account is locked", peer("2001:db8::7")],
    ["User alice from a.example not allowed because not listed in AllowUsers", undefined],
    ["User alice not allowed because account is locked", undefined],
    // A user who is called nothing, and one who is called as the words around a name.
    ["User  from 192.0.2.7 not allowed because not listed in AllowUsers", peer("192.0.2.7")],
    ["User from 192.0.2.7 not allowed because not listed in AllowUsers", peer("192.0.2.7")],
    ["User a from 192.0.2.1 from 192.0.2.7 not allowed because x", peer("192.0.2.7")],
    // The reason is root's own text; what reads like an address there is none.
    [
      "User alice from 192.0.2.7 not allowed because shell /x from 192.0.2.1 does not exist",
      peer("192.0.2.7"),
    ],
    ["User alice not allowed because shell /x from 192.0.2.1 does not exist", undefined],
  ])("%s", (text, from) => {
    expect(parseSshdNotice(text, false)).toEqual(invalid(from));
  });

  test.each([
    "User not allowed because",
    "User child is on pid 7",
    "User alice from 192.0.2.7 not allowed",
    "user alice from 192.0.2.7 not allowed because x",
  ])("%j is no such message", (text) => {
    expect(parseSshdNotice(text, false)).toBeUndefined();
  });
});

describe("sums of MaxStartups", () => {
  test.each([
    ["beginning MaxStartups throttling", 0],
    ["in MaxStartups throttling for 00:05:02, 40 connections dropped", 39],
    ["in MaxStartups throttling for 00:05:02, 1 connections dropped", 0],
    ["exited MaxStartups throttling after 1d02h, 50 connections dropped", 50],
  ])("%s", (text, total) => {
    expect(parseSshdNotice(text, false)).toEqual({ kind: "throttling", total });
  });

  test.each([
    "exited MaxStartups throttling after 00:06:00, 1234567890 connections dropped",
    "exited MaxStartups throttling after 00:06:00, -1 connections dropped",
    "in MaxStartups throttling for 00:05:02, 40 connections dropped by x",
  ])("%j is none", (text) => {
    expect(parseSshdNotice(text, false)).toBeUndefined();
  });
});
