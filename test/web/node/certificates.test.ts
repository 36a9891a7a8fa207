import { describe, expect, test } from "bun:test";
import { alternativeNames } from "../../../src/web/node/certificates.ts";

describe("alternativeNames", () => {
  test.each([
    ["", []],
    ["DNS:one", ["one"]],
    [
      "DNS:one, IP Address:10.0.0.1, email:a@b.c, URI:spiffe://x/y",
      ["one", "10.0.0.1", "a@b.c", "spiffe://x/y"],
    ],
    ["IP Address:0:0:0:0:0:0:0:1, IP Address:FE80:0:0:0:0:0:0:1", ["::1", "fe80::1"]],
    ["DNS:one, othername:<unsupported>, DirName:CN=x", ["one"]],
    ['DNS:"broken\\u, DNS:one', ["one"]],
    // What has a comma in it can't pass for two names.
    ['DNS:"two\\u002c DNS:evil", DNS:three', ["two, DNS:evil", "three"]],
    ['email:"q\\"uo\\\\te\'@x"', ["q\"uo\\te'@x"]],
  ])("%j", (text, names) => {
    expect(alternativeNames(text)).toEqual(names);
  });
});
