import { expect, test } from "bun:test";
import { PidAllocation } from "../../../src/sources/proc/pid_allocation.ts";
import { Root } from "../../../src/sources/root.ts";
import { isLinux } from "../../helpers/system.ts";
import { TempTree } from "../../helpers/temp_tree.ts";

function host() {
  const tree = new TempTree();
  const allocation = new PidAllocation(tree.root);
  const at = (forks: number | string, last: number | string, tasks: number | string = 80) => {
    tree.write("/proc/stat", `cpu 1\nprocesses ${forks}\nprocs_running 1\n`);
    tree.write("/proc/loadavg", `0.00 0.01 0.05 1/${tasks} ${last}\n`);
    return allocation.advance();
  };
  return { tree, at };
}

test("the pids between two calls", () => {
  const { tree, at } = host();
  using _ = tree;
  expect(at(10, 500)).toBeUndefined();
  expect(at(12, 503)).toEqual({ after: 500, last: 503, ended: undefined });
  expect(at(12, 503)).toEqual({ after: 503, last: 503, ended: 0 });
});

test("it may have been any pid after the highest one, and after a whole round", () => {
  const { tree, at } = host();
  using _ = tree;
  at(10, 500);
  expect(at(20, 400)).toBeUndefined();
  expect(at(30, 450)).toMatchObject({ after: 400, last: 450 });
  expect(at(30_030, 500)).toBeUndefined();
});

test("how many processes and threads have ended, where every fork got one pid", () => {
  const { tree, at } = host();
  using _ = tree;
  at(10, 500, 80);
  expect(at(14, 504, 81)?.ended).toBe(3);
  expect(at(14, 504, 80)?.ended).toBe(1);
  expect(at(15, 506, 81)?.ended).toBeUndefined();
  expect(at(17, 507, 83)?.ended).toBeUndefined();
});

test("whether anything has started or ended since the last call", () => {
  const { tree, at } = host();
  using _ = tree;
  const allocation = new PidAllocation(tree.root);
  const hasMoved = (tasks: number | string, last: number) => {
    tree.write("/proc/loadavg", `0.00 0.01 0.05 1/80 500\n`);
    at(10, 500);
    allocation.advance();
    tree.write("/proc/loadavg", `0.00 0.01 0.05 2/${tasks} ${last}\n`);
    return allocation.hasMoved();
  };
  expect(hasMoved(80, 500)).toBeFalse();
  expect(hasMoved(79, 500)).toBeTrue();
  expect(hasMoved(80, 501)).toBeTrue();
  expect(hasMoved("x", 500)).toBeTrue();
});

test("forks may outnumber the pids by a hundred, since the two files are read one after the other", () => {
  const { tree, at } = host();
  using _ = tree;
  at(10, 500);
  expect(at(160, 550)).toMatchObject({ after: 500, last: 550 });
  expect(at(311, 600)).toBeUndefined();
});

test("it may have been any pid where the kernel does not tell", () => {
  const { tree, at } = host();
  using _ = tree;
  at(10, 500);
  expect(at("x", 510)).toBeUndefined();
  expect(at(30, 520)).toBeUndefined();
  expect(at(40, "x")).toBeUndefined();
  expect(at(50, 530)).toBeUndefined();
  expect(at(60, 540)).toMatchObject({ after: 530, last: 540 });
  expect(at(70, 550, "x")).toBeUndefined();
});

test.skipIf(!isLinux)("this machine's new process is in the range", async () => {
  const allocation = new PidAllocation(new Root());
  // The counter can come to its end meanwhile, but not twice in a row.
  for (let i = 0; i < 2; i++) {
    allocation.advance();
    const { pid } = Bun.spawnSync(["true"]);
    const range = allocation.advance();
    if (!range) continue;
    expect(pid).toBeGreaterThan(range.after);
    expect(pid).toBeLessThanOrEqual(range.last);
    return;
  }
  expect.unreachable();
});
