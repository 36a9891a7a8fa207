import { describe, expect, test } from "bun:test";
import { mkdirSync } from "node:fs";
import { ProcessScan } from "../../../src/sources/proc/process_scan.ts";
import type { ProcessTable } from "../../../src/sources/proc/process_table.ts";
import { Root } from "../../../src/sources/root.ts";
import { processFiles, statLine } from "../../helpers/proc_files.ts";
import { hasTool, isLinux, isRoot, output } from "../../helpers/system.ts";
import { TempTree } from "../../helpers/temp_tree.ts";

const pidsOf = (table: ProcessTable) => [...table.pid.subarray(0, table.length)];

describe("a copied tree", () => {
  test("gives processes in the order of their numbers, with effective uids", async () => {
    using tree = new TempTree({
      ...processFiles({ pid: 1000, uid: 1001, parentPid: 9, comm: "a) b", rssPages: 5 }),
      ...processFiles({ pid: 9, uid: 0 }),
      ...processFiles({ pid: 200, uid: 4_294_967_294 }),
      "/proc/uptime": "1 1\n",
      "/proc/self/stat": statLine({ pid: 9 }),
    });
    const table = await new ProcessScan(tree.root).run();
    expect(pidsOf(table)).toEqual([9, 200, 1000]);
    expect([...table.uid.subarray(0, 3)]).toEqual([0, 4_294_967_294, 1001]);
    expect(table.comm(table.row(1000))).toBe("a) b");
    expect(table.parentPid[2]).toBe(9);
    expect(table.rssPages[2]).toBe(5);
  });

  test("leaves out a process that is gone, cut off, or without a uid", async () => {
    using tree = new TempTree({
      ...processFiles({ pid: 1, uid: 0 }),
      ...processFiles({ pid: 7, uid: 0 }),
      "/proc/4/stat": statLine({ pid: 4 }),
      "/proc/5/stat": statLine({ pid: 5 }).slice(0, 30),
      "/proc/5/status": "Uid:\t1\t2\t3\t4\n",
      "/proc/6/stat": "",
    });
    mkdirSync(`${tree.folder}/proc/3`);
    expect(pidsOf(await new ProcessScan(tree.root).run())).toEqual([1, 7]);
  });

  test("a table stays as it was until the second pass after it", async () => {
    using tree = new TempTree(processFiles({ pid: 1, uid: 5, utime: 100 }));
    const scan = new ProcessScan(tree.root);
    const first = await scan.run();
    tree.write("/proc/1/stat", statLine({ pid: 1, utime: 200 }));
    const second = await scan.run();
    expect([first.ownTicks[0], second.ownTicks[0]]).toEqual([100, 200]);
    expect([first.length, second.length]).toEqual([1, 1]);
  });

  test("a process that has run is asked for its uid at once, an idle one within four passes", async () => {
    using tree = new TempTree({
      ...processFiles({ pid: 1, uid: 5, utime: 100 }),
      ...processFiles({ pid: 2, uid: 5 }),
    });
    const scan = new ProcessScan(tree.root);
    await scan.run();
    const changed = {
      ...processFiles({ pid: 1, uid: 6, utime: 101 }),
      ...processFiles({ pid: 2, uid: 6 }),
    };
    for (const [path, content] of Object.entries(changed)) tree.write(path, content);
    const uids: number[][] = [];
    for (let pass = 0; pass < 4; pass++) uids.push([...(await scan.run()).uid.subarray(0, 2)]);
    expect(uids.map(([busy]) => busy)).toEqual([6, 6, 6, 6]);
    expect(uids.at(-1)).toEqual([6, 6]);
  });

  test("a /proc that can't be listed is an error", async () => {
    using tree = new TempTree();
    await expect(new ProcessScan(tree.root).run()).rejects.toMatchObject({ code: "ENOENT" });
  });

  test("other work gets its turn during a long pass", async () => {
    using tree = new TempTree();
    for (let pid = 1; pid <= 2100; pid++) tree.write(`/proc/${pid}/stat`, "");
    let turns = 0;
    const timer = setInterval(() => turns++, 0);
    await new ProcessScan(tree.root).run();
    clearInterval(timer);
    expect(turns).toBeGreaterThan(0);
  });
});

/** What ps says of each process: its parent and effective uid. */
function byPs(): Map<number, string> {
  const lines = output("ps", "-eo", "pid=,ppid=,euid=").trim().split("\n");
  return new Map(
    lines.map((line) => {
      const [pid, ...rest] = line.trim().split(/\s+/);
      return [Number(pid), rest.join(" ")];
    }),
  );
}

describe.skipIf(!isLinux || !hasTool("ps"))("this machine, compared with ps", () => {
  test("finds every process that lasts, with its parent and effective uid", async () => {
    const before = byPs();
    const table = await new ProcessScan(new Root()).run();
    const after = byPs();
    const lasting = [...before].filter(([pid, facts]) => after.get(pid) === facts);
    expect(lasting.length).toBeGreaterThan(1);
    for (const [pid, facts] of lasting) {
      const row = table.row(pid);
      expect(`${pid}: ${table.parentPid[row]} ${table.uid[row]}`).toBe(`${pid}: ${facts}`);
    }
  });

  test("a zombie is dead, its sleeping parent is not", async () => {
    const parent = Bun.spawn(["sh", "-c", "sleep 0 & exec sleep 60"]);
    try {
      const find = () => {
        const children = output("ps", "-eo", "ppid=,s=,pid=");
        return new RegExp(`^ *${parent.pid} Z +(\\d+)`, "m").exec(children)?.[1];
      };
      for (let i = 0; i < 200 && find() === undefined; i++) await Bun.sleep(5);
      const table = await new ProcessScan(new Root()).run();
      expect(table.isDead(table.row(Number(find())))).toBe(true);
      expect(table.isDead(table.row(parent.pid))).toBe(false);
    } finally {
      parent.kill();
    }
  });

  test.skipIf(!isRoot || !hasTool("setpriv"))(
    "a uid is the effective one, not the real one (needs root)",
    async () => {
      const child = Bun.spawn(["setpriv", "--ruid=65533", "--euid=65534", "sleep", "60"]);
      try {
        const uids = () => output("ps", "-o", "euid=,ruid=", "-p", String(child.pid)).trim();
        for (let i = 0; i < 200 && uids() !== "65534 65533"; i++) await Bun.sleep(5);
        const table = await new ProcessScan(new Root()).run();
        expect(table.uid[table.row(child.pid)]).toBe(65534);
      } finally {
        child.kill();
      }
    },
  );
});

test.skipIf(!isLinux)(
  "without a descriptor to read a process with, the pass fails: the process has not ended",
  () => {
    using tree = new TempTree({
      ...processFiles({ pid: 1, uid: 0 }),
      ...processFiles({ pid: 7, uid: 1000 }),
      ...processFiles({ pid: 8, uid: 1001 }),
    });
    const script = `${import.meta.dir}/no_descriptors.ts`;
    const limited = 'ulimit -n 100; exec "$0" "$@"';
    const { whole, paths, results } = JSON.parse(
      output("sh", "-c", limited, process.execPath, script, tree.folder),
    ) as { whole: number; paths: number; results: [number | string, number | string][] };
    expect(whole).toBe(3);
    // The list, and two files of each process.
    expect(paths).toBe(7);
    expect(results).toEqual(Array.from({ length: paths }, () => ["EMFILE", 3]));
  },
);
