import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { parseStat, ttyName } from "../../../src/sources/proc/pid_stat.ts";
import { LINE_BYTES } from "../../../src/sources/proc/stat_lines.ts";
import { ProcessTable } from "../../../src/sources/proc/process_table.ts";
import { type ProcessFields, statLine } from "../../helpers/proc_files.ts";
import { isLinux } from "../../helpers/system.ts";

const ALL: Required<ProcessFields> = {
  pid: 4711,
  comm: "bash",
  state: "R",
  parentPid: 4000,
  ttyNumber: 0x8803,
  utime: 11,
  stime: 22,
  cutime: 333,
  cstime: 444,
  threads: 17,
  startTicks: 123_456_789_012,
  rssPages: 1234,
};

function parse(line: string | Uint8Array): Record<string, unknown> | undefined {
  const table = new ProcessTable();
  table.reset(1);
  // A reused buffer holds what was read before, behind what was read now.
  const buffer = Buffer.alloc(LINE_BYTES, " 77 88 (x) S 1 2 3 4 5 6 7 8 9 10 11 12 13 ");
  if (!parseStat(buffer, Buffer.from(line as string).copy(buffer), table, 0)) return undefined;
  return {
    comm: table.comm(0),
    state: String.fromCharCode(table.state[0]!),
    parentPid: table.parentPid[0],
    ttyNumber: table.ttyNumber[0],
    ownTicks: table.ownTicks[0],
    reapedTicks: table.reapedTicks[0],
    threads: table.threads[0],
    startTicks: table.startTicks[0],
    rssPages: table.rssPages[0],
  };
}

const PARSED = {
  comm: "bash",
  state: "R",
  parentPid: 4000,
  ttyNumber: 0x8803,
  ownTicks: 33,
  reapedTicks: 777,
  threads: 17,
  startTicks: 123_456_789_012,
  rssPages: 1234,
};

describe("parseStat", () => {
  test("reads each field from its place", () => {
    expect(parse(statLine(ALL))).toEqual(PARSED);
  });

  test.each([
    "sd-pam",
    "(sd-pam)",
    "a) S 1 2 3",
    ")",
    "))))",
    "a b c",
    "line\nbreak",
    ") Z 1 1 1 1 1",
    "",
    "tmux: server",
    "caf\u00e9",
  ])("the name %j does not shift the fields", (comm) => {
    const parsed = parse(Buffer.from(statLine({ ...ALL, comm }), "latin1"));
    expect(parsed).toEqual({ ...PARSED, comm });
  });

  test("a kernel thread's name may be longer than a process's, and is cut", () => {
    const comm = "kworker/u16:3-events_unbound";
    expect(parse(statLine({ ...ALL, comm }))).toEqual({ ...PARSED, comm: "kworker/u16:3-ev" });
  });

  test("negative numbers are negative", () => {
    const parsed = parse(statLine({ ...ALL, ttyNumber: -1, cutime: -5, cstime: 2 }));
    expect(parsed).toMatchObject({ ttyNumber: -1, reapedTicks: -3 });
  });

  test("a number of more digits than 64 bits have is none", () => {
    const of = (digits: string) => statLine(ALL).replace(" 123456789012 ", ` ${digits} `);
    expect(parse(of("18446744073709551615"))).toBeDefined();
    expect(parse(of("184467440737095516150"))).toBeUndefined();
  });

  test("a line that is cut off before the memory is no process", () => {
    const line = statLine({ ...ALL, comm: "a) b" });
    // Field 24 is complete when the blank behind it was read.
    const complete = line.indexOf(" 1234 ") + " 1234 ".length;
    for (let length = 0; length < complete; length++) {
      expect([length, parse(line.slice(0, length))]).toEqual([length, undefined]);
    }
    for (let length = complete; length <= line.length; length++) {
      expect(parse(line.slice(0, length))).toEqual({ ...PARSED, comm: "a) b" });
    }
  });

  test.each(["", "(", ")", "()", "1 () ", "1 (a) S", "1 (a) S ", "no parentheses at all", ")("])(
    "%j is no process",
    (line) => {
      expect(parse(line)).toBeUndefined();
    },
  );

  test.skipIf(!isLinux)("agrees with what this process knows of itself", () => {
    const usedSeconds = () => (process.cpuUsage().user + process.cpuUsage().system) / 1e6;
    // Enough that it can't be told from nothing by mistake.
    while (process.cpuUsage().user < 200_000) Bun.hash("x".repeat(1_000_000));
    const least = usedSeconds();
    const parsed = parse(readFileSync("/proc/self/stat"))!;
    const most = usedSeconds();
    expect(parsed).toMatchObject({ parentPid: process.ppid });
    // The file has user and system time, each rounded down to ticks of 10 ms.
    const seconds = (parsed["ownTicks"] as number) / 100;
    expect(seconds).toBeGreaterThanOrEqual(least - 0.03);
    expect(seconds).toBeLessThanOrEqual(most + 0.01);
    // It was started after its parent, and before its own clock began.
    const startSeconds = (parsed["startTicks"] as number) / 100;
    const parent = readFileSync(`/proc/${process.ppid}/stat`, "latin1");
    const parentTicks = Number(parent.slice(parent.lastIndexOf(")") + 2).split(" ")[22 - 3]);
    expect(startSeconds).toBeGreaterThanOrEqual(parentTicks / 100);
    const ownSeconds = performance.now() / 1000;
    const uptimeSeconds = Number(readFileSync("/proc/uptime", "latin1").split(" ")[0]);
    expect(startSeconds).toBeLessThanOrEqual(uptimeSeconds - ownSeconds + 0.05);
  });
});

/** The kernel's new_encode_dev (include/linux/kdev_t.h). */
function encode(major: number, minor: number): number {
  return (minor & 0xff) | (major << 8) | ((minor & ~0xff) << 12);
}

test.each([
  [136, 0, "pts/0"],
  [136, 3, "pts/3"],
  [136, 255, "pts/255"],
  [136, 256, "pts/256"],
  [136, 1_048_575, "pts/1048575"],
  [4, 1, "tty1"],
  [4, 63, "tty63"],
  [4, 64, "ttyS0"],
  [4, 67, "ttyS3"],
  [229, 0, "hvc0"],
  [204, 64, "ttyAMA0"],
  [0, 0, undefined],
  [5, 1, undefined],
  [204, 3, undefined],
])("ttyName: major %d, minor %d is %p", (major, minor, name) => {
  expect(ttyName(encode(major, minor))).toBe(name);
  // The kernel prints the number as a signed one.
  expect(ttyName(encode(major, minor) | 0)).toBe(name);
});
