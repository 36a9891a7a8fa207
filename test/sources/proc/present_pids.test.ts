import { describe, expect, spyOn, test } from "bun:test";
import { PidAllocation } from "../../../src/sources/proc/pid_allocation.ts";
import { PresentPids } from "../../../src/sources/proc/present_pids.ts";
import { ProcessTable } from "../../../src/sources/proc/process_table.ts";
import { listPids } from "../../../src/sources/proc/pids.ts";
import { Root } from "../../../src/sources/root.ts";
import { FUZZ_TIMEOUT_MS, fuzz } from "../../helpers/fuzz.ts";
import { isLinux } from "../../helpers/system.ts";
import { TempTree } from "../../helpers/temp_tree.ts";

function tableOf(pids: ArrayLike<number>): ProcessTable {
  const table = new ProcessTable();
  table.reset(pids.length);
  table.pid.set(pids);
  table.length = pids.length;
  return table;
}

/** A `/proc` of 100 processes, with one more that no counter tells of: it shows whether `/proc` was listed. */
class Host implements Disposable {
  readonly tree = new TempTree();
  readonly present: PresentPids;
  forks = 1000;
  tasks = 100;
  last = 500;
  nowMs = 0;
  table = tableOf([]);

  constructor({ isCopy = false, first = 1, namespaces = 1 } = {}) {
    const pids = "\t7".repeat(namespaces);
    this.tree.write("/proc/self/status", `Tgid:\t7\nUid:\t0\t0\t0\t0\nNSpid:${pids}\n`);
    this.present = new PresentPids(this.tree.root, isCopy);
    for (let pid = first; pid < 101; pid++) this.add(pid);
    this.read();
    this.add(400);
  }

  add(pid: number, processId = pid): void {
    this.tree.write(`/proc/${pid}/status`, `Tgid:\t${processId}\nUid:\t0\t0\t0\t0\n`);
  }

  /** Has forked these: threads and processes, of which some may have ended. */
  fork(count: number, ended = 0): void {
    this.forks += count;
    this.last += count;
    this.tasks += count - ended;
  }

  read(): number[] {
    this.tree.write("/proc/stat", `cpu 1\nprocesses ${this.forks}\n`);
    this.tree.write("/proc/loadavg", `0.00 0.01 0.05 1/${this.tasks} ${this.last}\n`);
    const pids = [...this.present.read(this.table, this.nowMs)];
    this.table = tableOf(pids);
    return pids;
  }

  get hasListed(): boolean {
    return this.read().includes(400);
  }

  [Symbol.dispose](): void {
    this.tree[Symbol.dispose]();
  }
}

describe("/proc is not listed", () => {
  test("while nothing has started or ended", () => {
    using host = new Host();
    expect(host.read()).toHaveLength(100);
    expect(host.present.used).toEqual({ after: 500, last: 500, ended: 0 });
  });

  test("when all that ended had also started since the last pass", () => {
    using host = new Host();
    host.fork(3, 3);
    expect(host.hasListed).toBeFalse();
  });

  test("for a new process, which is among the pids from now on", () => {
    using host = new Host();
    host.fork(3, 2);
    host.add(502);
    const expected = [...Array.from({ length: 100 }, (_, i) => i + 1), 502];
    expect(host.read()).toEqual(expected);
    expect(host.read()).toEqual(expected);
  });

  test("for a new thread, which is no process", () => {
    using host = new Host();
    host.fork(1);
    host.add(501, 7);
    expect(host.read()).toHaveLength(100);
  });

  test("for a process that started while the last pass listed it", () => {
    using host = new Host();
    host.fork(1);
    host.add(501);
    host.table = tableOf([...host.table.pid, 501]);
    expect(host.read().filter((pid) => pid === 501)).toHaveLength(1);
    expect(host.hasListed).toBeFalse();
  });
});

describe("/proc is listed", () => {
  test("when an old process or thread has ended", () => {
    using host = new Host();
    host.tasks--;
    expect(host.hasListed).toBeTrue();
  });

  test("when an old one has ended in place of a new one", () => {
    using host = new Host();
    host.fork(1, 1);
    host.add(501);
    expect(host.hasListed).toBeTrue();
  });

  test("when a process is gone that started while the last pass listed it", () => {
    using host = new Host();
    host.fork(1, 1);
    host.table = tableOf([...host.table.pid, 501]);
    expect(host.hasListed).toBeTrue();
  });

  test("when more started or ended while the new ones were looked at", () => {
    using host = new Host();
    using _ = spyOn(PidAllocation.prototype, "hasMoved").mockReturnValue(true);
    expect(host.hasListed).toBeFalse();
    host.fork(1, 1);
    expect(host.hasListed).toBeTrue();
  });

  test("when a minute has passed", () => {
    using host = new Host();
    host.nowMs = 59_999;
    expect(host.hasListed).toBeFalse();
    host.nowMs = 60_000;
    expect(host.hasListed).toBeTrue();
  });

  test("after a pass that failed", () => {
    using host = new Host();
    host.present.forget();
    expect(host.hasListed).toBeTrue();
  });

  test("when to look at each new pid costs more", () => {
    using host = new Host();
    host.fork(12, 12);
    expect(host.hasListed).toBeFalse();
    host.fork(13, 13);
    expect(host.hasListed).toBeTrue();
  });

  test("when pids were assigned without forks, or the other way around", () => {
    using host = new Host();
    host.last++;
    expect(host.hasListed).toBeTrue();
    using other = new Host();
    other.forks++;
    other.tasks++;
    expect(other.hasListed).toBeTrue();
  });

  test("where process 1 is hidden, and others may be, too", () => {
    using host = new Host({ first: 2 });
    expect(host.hasListed).toBeTrue();
  });

  test("where it is that of another pid namespace, whose last pid can't be read", () => {
    using host = new Host({ namespaces: 2 });
    expect(host.hasListed).toBeTrue();
    expect(host.present.used).toBeUndefined();
  });

  test("where it is a copy, or the kernel does not tell its counters", () => {
    using copy = new Host({ isCopy: true });
    expect(copy.hasListed).toBeTrue();
    using host = new Host();
    host.tasks = Number.NaN;
    expect(host.hasListed).toBeTrue();
  });

  test("where the counters never move, as in some sandboxes", () => {
    using host = new Host();
    host.forks = host.tasks = host.last = 0;
    host.read();
    host.add(300);
    expect(host.read()).toContain(300);
  });
});

test.skipIf(!isLinux)(
  "on this machine it gives what a listing gives",
  async () => {
    const root = new Root();
    const present = new PresentPids(root, false);
    const running: Bun.Subprocess[] = [];
    const restless = Bun.spawn(["sh", "-c", "while :; do /bin/true; done"]);
    let table = tableOf([]);
    await fuzz("present pids", async (random) => {
      for (let i = random.below(3); i > 0; i--) {
        if (random.chance(0.7)) Bun.spawnSync(["true"]);
        else running.push(Bun.spawn(["sleep", "1000"], { stdio: ["ignore", "ignore", "ignore"] }));
      }
      if (random.chance(0.2) || running.length > 20) {
        const child = running.shift();
        child?.kill("SIGKILL");
        await child?.exited;
      }
      // Others start and end at any time.
      const before = listPids(root);
      const pids = present.read(table, 0);
      const after = listPids(root);
      expect(before.filter((pid) => after.includes(pid) && !pids.includes(pid))).toBeEmpty();
      expect(pids.filter((pid) => table.row(pid) >= 0 && !before.includes(pid))).toBeEmpty();
      table = tableOf(pids);
    });
    running.push(restless);
    for (const child of running) child.kill("SIGKILL");
    await Promise.all(running.map((child) => child.exited));
    const hasListed = () => {
      table = tableOf(present.read(table, 0));
      return present.read(table, 0).buffer !== table.pid.buffer;
    };
    expect(Array.from({ length: 200 }, hasListed)).toContain(false);
  },
  FUZZ_TIMEOUT_MS,
);
