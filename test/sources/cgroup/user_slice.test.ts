import { expect, test } from "bun:test";
import { mkdirSync } from "node:fs";
import { Cgroup2Mount } from "../../../src/sources/cgroup/mount.ts";
import { GroupFiles } from "../../../src/sources/cgroup/group_files.ts";
import {
  parseIoStat,
  parseNumber,
  parseOomKills,
  parsePressureMicros,
  readUserSlices,
} from "../../../src/sources/cgroup/user_slice.ts";
import { TempTree } from "../../helpers/temp_tree.ts";

const SLICE = "/sys/fs/cgroup/user.slice/user-1000.slice";

function hostWith(files: Record<string, string>): TempTree {
  const tree = new TempTree({ "/sys/fs/cgroup/user.slice/cpu.stat": "usage_usec 1\n" });
  tree.write(
    "/proc/self/mountinfo",
    `30 1 0:26 / ${tree.folder}/sys/fs/cgroup rw - cgroup2 cgroup2 rw\n`,
  );
  for (const [name, content] of Object.entries(files)) tree.write(`${SLICE}/${name}`, content);
  return tree;
}

const read = (tree: TempTree) => readUserSlices(new Cgroup2Mount(tree.root), new GroupFiles());

test("reads all that there is", () => {
  using tree = hostWith({
    "cpu.stat": "usage_usec 2500000\nuser_usec 1\n",
    "memory.current": "4096\n",
    "memory.max": "8192\n",
    "memory.swap.current": "12\n",
    "pids.current": "7\n",
    "pids.max": "4915\n",
    "memory.events": "low 0\noom 3\noom_kill 2\noom_group_kill 9\n",
    "io.stat": "254:0 rbytes=100 wbytes=20 rios=3\n254:1 \n8:0 rbytes=1 wbytes=2\n",
    "cpu.pressure": "some avg10=0.00 avg60=0.00 avg300=0.00 total=1500000\nfull avg10=0 total=9\n",
    "io.pressure": "some avg10=0.00 total=0\n",
  });
  expect(read(tree)).toEqual([
    {
      uid: 1000,
      cpuSeconds: 2.5,
      memoryBytes: 4096,
      memoryLimitBytes: 8192,
      swapBytes: 12,
      tasks: 7,
      tasksLimit: 4915,
      oomKills: 2,
      ioReadBytes: 101,
      ioWrittenBytes: 22,
      pressureSeconds: new Map([
        ["cpu", 1.5],
        ["io", 0],
      ]),
    },
  ]);
});

test("what its controller does not count is not known, and no limit is none", () => {
  using tree = hostWith({
    "cpu.stat": "usage_usec 0\n",
    "memory.max": "max\n",
    "pids.max": "max\n",
  });
  const [slice] = read(tree)!;
  expect(slice).toMatchObject({ uid: 1000, cpuSeconds: 0, pressureSeconds: new Map() });
  const { uid: _, cpuSeconds: __, pressureSeconds: ___, ...rest } = slice!;
  expect(Object.values(rest)).toEqual(Array(8).fill(undefined));
});

test("a slice that goes while it is read is none, and other folders are none", () => {
  using tree = hostWith({});
  mkdirSync(`${tree.folder}${SLICE}`);
  mkdirSync(`${tree.folder}/sys/fs/cgroup/user.slice/user-x.slice`);
  expect(read(tree)).toEqual([]);
});

test("a file that is there and can't be read is an error", () => {
  using tree = hostWith({ "cpu.stat": "usage_usec 0\n" });
  mkdirSync(`${tree.folder}${SLICE}/memory.current`);
  expect(() => read(tree)).toThrow("EISDIR");
});

test("without a hierarchy of version 2 there are none", () => {
  using tree = new TempTree({
    "/proc/self/mountinfo": "30 1 0:26 / /sys/fs/cgroup rw - tmpfs t rw\n",
  });
  expect(read(tree)).toBeUndefined();
});

test.each(["", "\n", "max\n", "-1\n", "1 2\n", "x\n"])("%j is no number", (text) => {
  expect(parseNumber(Buffer.from(text))).toBeUndefined();
});

test("odd content gives nothing", () => {
  expect(parseOomKills(Buffer.from("oom_kill_x 3\n"))).toBeUndefined();
  expect(parsePressureMicros(Buffer.from("full avg10=0 total=3\n"))).toBeUndefined();
  expect(parseIoStat(Buffer.from("xrbytes=4\n"))).toEqual({ readBytes: 0, writtenBytes: 0 });
});
