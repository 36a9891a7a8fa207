import { describe, expect, test } from "bun:test";
import type { ProcessTable } from "../../../src/sources/proc/process_table.ts";
import { CpuAccount, MAX_GONE } from "../../../src/model/usage/cpu_account.ts";
import { type FakeProcess, compared, present, processTable } from "./process_table.ts";

const ROOT = 0;
const ALICE = 1000;
const BOB = 1001;

const INIT: FakeProcess = { pid: 1, ppid: 0, uid: ROOT, start: 1 };

function advance(account: CpuAccount, previous: ProcessTable, current: ProcessTable): void {
  account.advance(previous, compared(previous, current), present(current));
}

/** What each sample adds to the counters, by uid, for a sequence of passes over /proc. */
function growth(...passes: FakeProcess[][]): Record<number, number>[] {
  const account = new CpuAccount();
  const tables = passes.map((processes) => processTable([INIT, ...processes]));
  account.begin(present(tables[0]!));
  let before = new Map(account.ticksByUid);
  return tables.slice(1).map((table, i) => {
    advance(account, tables[i]!, table);
    const grown: Record<number, number> = {};
    for (const [uid, ticks] of account.ticksByUid) {
      const more = ticks - (before.get(uid) ?? 0);
      if (more !== 0) grown[uid] = more;
    }
    before = new Map(account.ticksByUid);
    return grown;
  });
}

const bash = (own: number, reaped: number): FakeProcess => ({
  pid: 100,
  ppid: 1,
  uid: ALICE,
  start: 50,
  own,
  reaped,
});

describe("processes that live through both passes", () => {
  test("what was used before the first pass does not count", () => {
    expect(growth([bash(5000, 9000)], [bash(5007, 9000)])).toEqual([{ [ALICE]: 7 }]);
  });

  test("a process that changes its user is charged to the new one", () => {
    const login = (uid: number, own: number) => ({ pid: 100, ppid: 1, uid, start: 50, own });
    expect(growth([login(ROOT, 10)], [login(ALICE, 14)])).toEqual([{ [ALICE]: 4 }]);
  });

  test("a counter that goes back, as the kernel's scaling can make it, takes nothing away", () => {
    expect(growth([bash(10, 10)], [bash(9, 8)], [bash(12, 10)])).toEqual([{}, { [ALICE]: 5 }]);
  });
});

describe("processes that are new", () => {
  test("their whole time counts", () => {
    const child = { pid: 200, ppid: 100, uid: BOB, start: 500, own: 30, reaped: 4 };
    expect(growth([bash(0, 0)], [bash(0, 0), child])).toEqual([{ [BOB]: 34 }]);
  });

  test("an old process that was hidden until now brings no past along", () => {
    const young = { pid: 300, ppid: 1, uid: BOB, start: 9000 };
    const hidden = { pid: 200, ppid: 1, uid: BOB, start: 500, own: 7000 };
    expect(growth([young], [young, hidden], [young, { ...hidden, own: 7003 }])).toEqual([
      {},
      { [BOB]: 3 },
    ]);
  });

  test("a pid that was given to another process is a new process", () => {
    const first = { pid: 200, ppid: 100, uid: BOB, start: 500, own: 80 };
    const second = { pid: 200, ppid: 100, uid: ALICE, start: 700, own: 20 };
    // bash has reaped the first one, with 5 ticks that nobody had seen.
    expect(growth([bash(0, 0), first], [bash(0, 85), second])).toEqual([{ [BOB]: 5, [ALICE]: 20 }]);
  });
});

describe("processes that came and went", () => {
  test("those never seen are charged to the user of the parent that waited for them", () => {
    expect(growth([bash(0, 0)], [bash(1, 2000)])).toEqual([{ [ALICE]: 2001 }]);
  });

  test("those seen before are charged for what was not counted yet, to their own user", () => {
    const sshd = (reaped: number) => ({ pid: 90, ppid: 1, uid: ROOT, start: 40, reaped });
    const child = (own: number) => ({ pid: 95, ppid: 90, uid: ALICE, start: 60, own });
    expect(growth([sshd(0), child(10)], [sshd(0), child(50)], [sshd(58)])).toEqual([
      { [ALICE]: 40 },
      { [ALICE]: 8 },
    ]);
  });

  test("a chain that ends between two passes is charged once, to the user at its end", () => {
    const listener = (reaped: number) => ({ pid: 20, ppid: 1, uid: ROOT, start: 10, reaped });
    const monitor = { pid: 30, ppid: 20, uid: ROOT, start: 20, own: 5 };
    const sshd = { pid: 31, ppid: 30, uid: ALICE, start: 21, own: 2 };
    const shell = { pid: 32, ppid: 31, uid: ALICE, start: 22, own: 3, reaped: 100 };
    // 110 ticks were known; the 500 on top were used by commands of the shell that nobody saw.
    expect(growth([listener(0), monitor, sshd, shell], [listener(610)])).toEqual([
      { [ALICE]: 500 },
    ]);
  });

  test("a child that is reaped in the pass after it was missed is not counted twice", () => {
    const child = { pid: 200, ppid: 100, uid: ALICE, start: 500, own: 80 };
    // It ended after its parent was read and before it was: the parent's figure grows one pass later.
    expect(growth([bash(0, 0), child], [bash(0, 0)], [bash(0, 83)])).toEqual([{}, { [ALICE]: 3 }]);
  });

  test("a parent that ignores SIGCHLD owes for one pass only", () => {
    const child = { pid: 200, ppid: 100, uid: ALICE, start: 500, own: 80 };
    const passes = [[bash(0, 0), child], [bash(0, 0)], [bash(0, 0)], [bash(0, 90)]];
    expect(growth(...passes)).toEqual([{}, {}, { [ALICE]: 90 }]);
  });

  test("an orphan is found in init's figure when its parent ended first", () => {
    const parent = { pid: 100, ppid: 50, uid: ALICE, start: 50, own: 10 };
    const orphan = { pid: 101, ppid: 100, uid: ALICE, start: 51, own: 70 };
    const shell = (reaped: number) => ({ pid: 50, ppid: 1, uid: ALICE, start: 40, reaped });
    const init = (reaped: number) => ({ ...INIT, reaped });
    const account = new CpuAccount();
    const first = processTable([init(0), shell(0), parent, orphan]);
    const second = processTable([init(71), shell(10)]);
    account.begin(present(first));
    advance(account, first, second);
    // 80 of the 81 ticks were counted before; the one left stands in init's figure.
    expect([...account.ticksByUid.values()].reduce((sum, ticks) => sum + ticks, 0)).toBe(1);
  });
});

test("random lives: what is counted is what was used, whatever the moment of the passes", () => {
  const seed = Number(process.env["SEED"] ?? Date.now() % 1e6);
  console.log(`cpu_account: SEED=${seed}`);
  let state = seed;
  const random = (below: number) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 8) % below;
  };
  // Alice's shell starts children one after the other; each burns, and is waited for when it ends.
  let own = 0;
  let reaped = 0;
  let used = 0;
  let child: FakeProcess | undefined;
  const account = new CpuAccount();
  const snapshot = () => processTable([INIT, bash(own, reaped), ...(child ? [{ ...child }] : [])]);
  let previous = snapshot();
  account.begin(present(previous));
  for (let step = 0, pid = 200; step < 5000; step++) {
    const ticks = random(20);
    if (child && random(3) === 0) {
      reaped += child.own ?? 0;
      child = undefined;
    }
    if (child) child.own = (child.own ?? 0) + ticks;
    else if (random(2) === 0) {
      child = { pid: pid++, ppid: 100, uid: ALICE, start: 1000 + step, own: ticks };
    } else own += ticks;
    used += ticks;
    if (random(4) === 0) {
      const current = snapshot();
      advance(account, previous, current);
      previous = current;
    }
  }
  advance(account, previous, snapshot());
  expect(account.ticksByUid.get(ALICE)).toBe(used);
});

test("of users without a process only those are kept who were here last", () => {
  const account = new CpuAccount();
  let before = processTable([INIT]);
  account.begin(present(before));
  // Anybody can run a process as each of some 65,000 subordinate uids.
  for (let i = 0; i < MAX_GONE + 500; i++) {
    const after = processTable([
      INIT,
      bash(i, 0),
      { pid: 1000 + i, ppid: 100, uid: 100_000 + i, start: 2000 + i, own: 3 },
    ]);
    advance(account, before, after);
    before = after;
  }
  expect(account.ticksByUid.size).toBe(MAX_GONE + 3);
  expect(account.ticksByUid.get(ALICE)).toBe(MAX_GONE + 499);
  expect(account.ticksByUid.has(100_000)).toBe(false);
  expect(account.ticksByUid.get(100_000 + MAX_GONE + 498)).toBe(3);
});
