import { expect, test } from "bun:test";
import { parsePrivileges, readPrivileges } from "../../../src/sources/proc/self_privileges.ts";
import { isLinux } from "../../helpers/system.ts";

test("real and effective ids, and the sets of capabilities, are told apart", () => {
  const text =
    "Name:\tx\nUid:\t1000\t0\t3\t4\nGid:\t100\t5\t6\t7\nCapInh:\tff\nCapPrm:\t000001ffffffffff\nCapEff:\t1\nCapAmb:\t0000000000080000\n";
  expect(parsePrivileges(text)).toEqual({
    realUid: 1000,
    effectiveUid: 0,
    realGid: 100,
    effectiveGid: 5,
    permitted: 0x1ffffffffffn,
    ambient: 1n << 19n,
  });
});

test("what is missing is 0", () => {
  const { permitted, ambient, realUid } = parsePrivileges("CapPrm:\t\n");
  expect([permitted, ambient, realUid]).toEqual([0n, 0n, 0]);
});

test.skipIf(!isLinux)("this process's own are what the runtime says", () => {
  const { realUid, effectiveUid, effectiveGid } = readPrivileges();
  expect([realUid, effectiveUid, effectiveGid]).toEqual([
    process.getuid!(),
    process.geteuid!(),
    process.getegid!(),
  ]);
});
