import { describe, expect, test } from "bun:test";
import { isAlive, lineage } from "../../../src/model/sessions/processes.ts";
import { ALICE, FakeHost, START_SECONDS } from "./fake_host.ts";

describe("isAlive", () => {
  const never = () => false;
  const alive = async (startSeconds: number, recordSeconds: number | undefined) => {
    using host = new FakeHost().process({ pid: 100, comm: "sh", startSeconds });
    return isAlive(await host.index(), 100, recordSeconds, never);
  };

  test.each([
    [0, true],
    [3, true],
    [3.01, false],
    [29, false],
    [-1000, true],
  ])("a process that began %d s after its record: %p", async (seconds, expected) => {
    expect(await alive(START_SECONDS + seconds, START_SECONDS)).toBe(expected);
  });

  test("a record without a time is its process's", async () => {
    expect(await alive(START_SECONDS, undefined)).toBe(true);
  });

  test.each(["Z", "X"])("one in state %s is not", async (state) => {
    using host = new FakeHost().process({ pid: 100, comm: "sh", state });
    expect(isAlive(await host.index(), 100, undefined, never)).toBe(false);
  });
});

describe("lineage", () => {
  test("goes up to process 1, and ends after 64 steps where parents form a ring", async () => {
    using host = new FakeHost();
    for (let i = 0; i < 40; i++)
      host.process({ pid: 100 + i, parentPid: i ? 99 + i : 1, comm: "sh" });
    const index = await host.index();
    expect([...lineage(index, 139)]).toEqual([...Array.from({ length: 40 }, (_, i) => 139 - i), 1]);
    host.process({ pid: 100, parentPid: 139, comm: "sh" });
    expect([...lineage(await host.index(), 139)]).toHaveLength(64);
  });

  test("a terminal far below a login is inside it", async () => {
    using host = new FakeHost().ssh(100, ALICE, "alice", "@pts/1");
    for (let pid = 102; pid < 140; pid++) {
      host.process({ pid, parentPid: pid - 1, uid: ALICE, comm: "sh", pty: 1 });
    }
    host.tty("pts/2").utmp({ pid: 139, line: "pts/2", user: "alice" });
    expect(await host.rows()).toEqual(["alice terminal pts/1 -"]);
  });
});
