import { expect, test } from "bun:test";
import { parseTcpCounters, readTcpCounters } from "../../../src/sources/proc/net_counters.ts";
import { Root } from "../../../src/sources/root.ts";
import { isLinux } from "../../helpers/system.ts";

const SNMP =
  "Ip: A B\nIp: 1 2\nTcp: RtoAlgorithm ActiveOpens PassiveOpens AttemptFails CurrEstab\nTcp: 1 10 20 30 4\n";
const SOCKSTAT = "sockets: used 9\nTCP: inuse 5 orphan 0 tw 77 alloc 6 mem 1\n";
const SOCKSTAT6 = "TCP6: inuse 3\nUDP6: inuse 1\n";

test("finds each counter by its name", () => {
  expect(parseTcpCounters(SNMP, SOCKSTAT, SOCKSTAT6)).toBe("10 20 4 5 3");
});

test.each([
  ["", SOCKSTAT, SOCKSTAT6],
  [SNMP.replace("CurrEstab", "Curr"), SOCKSTAT, SOCKSTAT6],
  [SNMP.slice(0, -4), SOCKSTAT, SOCKSTAT6],
  [SNMP, "", SOCKSTAT6],
  [SNMP, SOCKSTAT, ""],
])("one that is missing makes all of them useless", (snmp, sockstat, sockstat6) => {
  expect(parseTcpCounters(snmp, sockstat, sockstat6)).toBeUndefined();
});

test.skipIf(!isLinux)("this machine has them", () => {
  expect(readTcpCounters(new Root())).toMatch(/^\d+( \d+){4}$/);
});
