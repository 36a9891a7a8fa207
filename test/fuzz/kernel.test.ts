/** What the kernel alone writes: counters, limits and lists of mounts and processes. */
import { parseUsageMicros } from "../../src/sources/cgroup/cpu_stat.ts";
import { parseCgroup2Mounts } from "../../src/sources/cgroup/mount.ts";
import { parseProcs } from "../../src/sources/cgroup/procs.ts";
import {
  parseIoStat,
  parseNumber,
  parseOomKills,
  parsePressureMicros,
} from "../../src/sources/cgroup/user_slice.ts";
import { parseLoadAverages } from "../../src/sources/proc/loadavg.ts";
import { parseTcpCounters } from "../../src/sources/proc/net_counters.ts";
import { parseForegroundGroup } from "../../src/sources/proc/pid_session.ts";
import { contents, fuzzParser } from "./fuzz_parser.ts";

const text = (parse: (content: string) => unknown) => (bytes: Buffer) =>
  parse(bytes.toString("latin1"));

/** As Linux 6.12 writes them, in one: each parser finds its own lines. */
const GROUP_FILES = [
  "usage_usec 734051\nuser_usec 512345\nsystem_usec 221706\nnr_periods 0\n",
  "low 0\nhigh 0\nmax 12\noom 3\noom_kill 2\noom_group_kill 0\n",
  "253:0 rbytes=5521408 wbytes=1228800 rios=181 wios=120 dbytes=0 dios=0\n8:0 rbytes=1\n",
  "some avg10=0.00 avg60=0.12 avg300=0.05 total=123456\nfull avg10=0.00 total=9\n",
  "max\n",
  "1073741824\n",
].map((content) => Buffer.from(content));

fuzzParser("files of control groups", GROUP_FILES, (bytes) => ({
  usage: parseUsageMicros(bytes),
  kills: parseOomKills(bytes),
  io: parseIoStat(bytes),
  pressure: parsePressureMicros(bytes),
  number: parseNumber(bytes),
}));
fuzzParser("processes of control groups", [Buffer.from("1\n4711\n4194303\n0\n")], (bytes) => [
  ...parseProcs(bytes),
]);

const MOUNTS =
  "25 30 0:23 / /sys rw,nosuid,nodev,noexec,relatime shared:7 - sysfs sysfs rw\n" +
  "30 25 0:27 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n" +
  "41 31 0:38 /a\\040b /mnt/c\\134 rw shared:9 master:1 - cgroup2 x rw\n";
fuzzParser("/proc/PID/mountinfo", [Buffer.from(MOUNTS)], text(parseCgroup2Mounts));

const SNMP =
  "Ip: Forwarding DefaultTTL\nIp: 1 64\nTcp: RtoAlgorithm ActiveOpens PassiveOpens CurrEstab\nTcp: 1 87 66 3\n";
const SOCKSTAT =
  "sockets: used 119\nTCP: inuse 3 orphan 0 tw 2 alloc 5 mem 1\nUDP: inuse 2 mem 0\n";
fuzzParser(
  "/proc/net/snmp and sockstat",
  [SNMP, SOCKSTAT].map((each) => Buffer.from(each)),
  (bytes) => {
    const content = bytes.toString("latin1");
    const sockstat6 = content.replaceAll("TCP:", "TCP6:");
    return [
      parseTcpCounters(content, SOCKSTAT, "TCP6: inuse 1\n"),
      parseTcpCounters(SNMP, content, sockstat6),
    ];
  },
);
fuzzParser("/proc/loadavg", contents("*/proc/loadavg"), text(parseLoadAverages));
fuzzParser("foreground groups", contents("*/proc/*/stat"), (bytes) => ({
  group: parseForegroundGroup(bytes.toString("latin1")),
}));
