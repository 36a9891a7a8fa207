import { expect, test } from "bun:test";
import { ProcessTable } from "../../../src/sources/proc/process_table.ts";
import { processTable } from "../../model/usage/process_table.ts";

function tableOf(pids: number[]): ProcessTable {
  const table = new ProcessTable();
  table.reset(pids.length);
  pids.forEach((pid, row) => {
    table.pid[row] = pid;
    table.length = row + 1;
  });
  return table;
}

function setComm(table: ProcessTable, row: number, comm: string): void {
  table.setComm(row, Buffer.from(comm, "latin1"));
}

test("finds the row of every pid, and none of pids in between", () => {
  for (let length = 0; length < 40; length++) {
    const pids = Array.from({ length }, (_, i) => 3 * i + 1);
    const table = tableOf(pids);
    for (let pid = -1; pid < 3 * length + 3; pid++) expect(table.row(pid)).toBe(pids.indexOf(pid));
  }
});

test("does not find a pid of a longer pass before", () => {
  const table = tableOf([1, 2, 3]);
  table.reset(1);
  table.pid[0] = 1;
  table.length = 1;
  expect([table.row(1), table.row(2), table.row(3)]).toEqual([0, -1, -1]);
});

test("keeps its columns while they are large enough, and gives them back when they are far too large", () => {
  const table = new ProcessTable();
  table.reset(1000);
  const { pid } = table;
  table.reset(1250);
  expect(table.pid).toBe(pid);
  table.reset(1251);
  expect(table.pid.length).toBeGreaterThanOrEqual(1251);
  table.reset(500);
  expect(table.pid.length).toBeGreaterThanOrEqual(1251);
  table.reset(100);
  expect(table.pid.length).toBeLessThan(200);
});

test("a uid keeps all of its 32 bits", () => {
  const table = tableOf([1]);
  table.uid[0] = 4_294_967_294;
  expect(table.uid[0]).toBe(4_294_967_294);
});

test("a name is that of its row, whatever lies beside it", () => {
  const table = tableOf([1, 2]);
  setComm(table, 0, "fifteen-letters");
  setComm(table, 1, "neighbour");
  expect([table.comm(0), table.comm(1)]).toEqual(["fifteen-letters", "neighbour"]);
  setComm(table, 0, "sh");
  expect(table.comm(0)).toBe("sh");
  setComm(table, 0, "");
  expect([table.comm(0), table.comm(1)]).toEqual(["", "neighbour"]);
});

test.each([
  ["R", false],
  ["S", false],
  ["D", false],
  ["T", false],
  ["t", false],
  ["I", false],
  ["Z", true],
  ["X", true],
  ["x", true],
])("a process in state %s is dead: %p", (state, dead) => {
  const table = tableOf([1]);
  table.state[0] = state.charCodeAt(0);
  expect(table.isDead(0)).toBe(dead);
});

test("rows are taken over from another table whole, and moved whole", () => {
  const from = processTable([
    { pid: 1, ppid: 0, uid: 5, start: 9, own: 3, reaped: 4, rssPages: 7, threads: 2 },
    { pid: 2, ppid: 1, uid: 6, start: 10, own: 5, reaped: 6, rssPages: 8, threads: 3 },
  ]);
  setComm(from, 0, "first");
  setComm(from, 1, "second");
  const table = new ProcessTable();
  table.reset(4);
  table.carry(from, 0, 2, 1);
  table.move(1, 2, 0);
  table.length = 2;
  const facts = (t: ProcessTable, row: number) => [
    ...[t.pid, t.parentPid, t.uid, t.state, t.threads, t.startTicks].map((column) => column[row]),
    ...[t.ownTicks, t.reapedTicks, t.rssPages].map((column) => column[row]),
    t.comm(row),
  ];
  for (const row of [0, 1]) expect(facts(table, row)).toEqual(facts(from, row));
});

test("a name of the full length is found, and one that only begins with it is not", () => {
  const table = tableOf([1, 2, 3, 4]);
  ["gnome-remote-de", "gnome-remote-dex", "sshd-session", "xsshd"].forEach((comm, row) =>
    setComm(table, row, comm),
  );
  expect(table.rowsNamed(new Set(["gnome-remote-de"]))).toEqual([0]);
  expect(table.rowsNamed(new Set(["sshd"]))).toEqual([]);
});

test("finds live rows by their names", () => {
  const table = tableOf([1, 2, 3, 4, 5]);
  ["sshd", "Xvnc", "sshd", "bash", "ssh"].forEach((comm, row) => setComm(table, row, comm));
  table.state.fill("S".charCodeAt(0));
  table.state[2] = "Z".charCodeAt(0);
  expect([...table.rowsNamed(new Set(["sshd", "Xvnc", "Xtigervnc"]))]).toEqual([0, 1]);
});
