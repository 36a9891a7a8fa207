import { describe, expect, test } from "bun:test";
import { parseStat } from "../../../src/sources/proc/pid_stat.ts";
import { LINE_BYTES, ProcessTable } from "../../../src/sources/proc/process_table.ts";
import { statLine } from "../../helpers/proc_files.ts";

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
  table.commStart[row] = 3;
  table.commEnd[row] = 3 + table.lines.write(comm, row * LINE_BYTES + 3, "latin1");
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

test("finds live rows by their names", () => {
  const table = tableOf([1, 2, 3, 4, 5]);
  ["sshd", "Xvnc", "sshd", "bash", "ssh"].forEach((comm, row) => setComm(table, row, comm));
  table.state.fill("S".charCodeAt(0));
  table.state[2] = "Z".charCodeAt(0);
  expect([...table.rowsNamed(new Set(["sshd", "Xvnc", "Xtigervnc"]))]).toEqual([0, 1]);
});

describe("a line of another pass", () => {
  const LINE = statLine({
    pid: 42,
    comm: "a name) with",
    state: "D",
    parentPid: 7,
    ttyNumber: 0x8803,
    utime: 3,
    stime: 4,
    cutime: 50,
    cstime: 60,
    startTicks: 12_345,
    rssPages: 99,
  });

  function tableWith(row: number, line: string): ProcessTable {
    const table = new ProcessTable();
    table.reset(4);
    table.length = row + 1;
    table.lineBytes[row] = table.lines.write(line, row * LINE_BYTES, "latin1");
    return table;
  }

  test("is the same when every byte is", () => {
    const table = tableWith(1, LINE);
    expect(table.hasSameLine(1, tableWith(3, LINE), 3)).toBe(true);
    expect(table.hasSameLine(1, tableWith(3, LINE.replace(" 3 4 50 ", " 3 5 50 ")), 3)).toBe(false);
    expect(table.hasSameLine(1, tableWith(3, LINE.slice(0, -1)), 3)).toBe(false);
    expect(table.hasSameLine(1, tableWith(3, LINE), 4)).toBe(false);
  });

  test("gives a row all that was parsed of it", () => {
    const before = tableWith(3, LINE);
    expect(parseStat(before, 3)).toBe(true);
    const table = tableWith(1, LINE);
    table.copyRow(1, before, 3);
    const parsed = tableWith(1, LINE);
    parseStat(parsed, 1);
    expect(table).toEqual(parsed);
    expect(table.comm(1)).toBe("a name) with");
  });
});
