import { expect, test } from "bun:test";
import { ProcessTable } from "../../src/sources/process_table.ts";

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
  const bytes = Buffer.from(`(${comm})`, "latin1");
  table.setComm(row, bytes, 1, bytes.length - 1);
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

test("keeps its columns while they are large enough", () => {
  const table = tableOf([1, 2, 3, 4]);
  const { pid } = table;
  table.reset(5);
  expect(table.pid).toBe(pid);
  table.reset(6);
  expect(table.pid.length).toBeGreaterThanOrEqual(6);
  expect(table.pid).not.toBe(pid);
});

test("a uid keeps all of its 32 bits", () => {
  const table = tableOf([1]);
  table.uid[0] = 4_294_967_294;
  expect(table.uid[0]).toBe(4_294_967_294);
});

test("a name is what was set last, whole up to 15 bytes", () => {
  const table = tableOf([1, 2]);
  setComm(table, 0, "fifteen-letters");
  setComm(table, 1, "neighbour");
  expect(table.comm(0)).toBe("fifteen-letters");
  setComm(table, 0, "sixteen-letters+");
  expect(table.comm(0)).toBe("sixteen-letters");
  setComm(table, 0, "sh");
  expect(table.comm(0)).toBe("sh");
  setComm(table, 0, "");
  expect(table.comm(0)).toBe("");
  expect(table.comm(1)).toBe("neighbour");
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

test("finds live rows by their names", () => {
  const table = tableOf([1, 2, 3, 4, 5]);
  ["sshd", "Xvnc", "sshd", "bash", "ssh"].forEach((comm, row) => setComm(table, row, comm));
  table.state.fill("S".charCodeAt(0));
  table.state[2] = "Z".charCodeAt(0);
  expect([...table.rowsNamed(new Set(["sshd", "Xvnc", "Xtigervnc"]))]).toEqual([0, 1]);
});
