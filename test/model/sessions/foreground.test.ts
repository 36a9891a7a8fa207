import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { foregroundProcess } from "../../../src/model/sessions/foreground.ts";
import { ALICE, FakeHost } from "./fake_host.ts";

/** A shell on pts/1 whose terminal's input goes to a process group. */
function terminal(foreground: number): FakeHost {
  const host = new FakeHost();
  host.process({ pid: 100, uid: ALICE, comm: "bash", pty: 1 });
  host.process({
    pid: 120,
    parentPid: 100,
    uid: ALICE,
    comm: "vim",
    pty: 1,
    startSeconds: 1_700_000_200,
  });
  host.process({ pid: 130, parentPid: 100, uid: ALICE, comm: "sleep", pty: 2 });
  const path = `${host.folder}/proc/100/stat`;
  const fields = readFileSync(path, "utf8").split(" ");
  fields[7] = String(foreground);
  host.write("/proc/100/stat", fields.join(" "));
  return host;
}

test.each([
  ["the leader of the group", 120, "vim"],
  ["the shell itself", 100, "bash"],
  ["a group whose leader has ended: the oldest on the terminal", 999, "bash"],
  ["a group on another terminal", 130, "bash"],
  ["none", -1, "bash"],
])("%s", async (_, group, comm) => {
  using host = terminal(group);
  expect(foregroundProcess(await host.index(), "pts/1")).toBe(comm);
});

test("nobody runs on the terminal", async () => {
  using host = terminal(100);
  expect(foregroundProcess(await host.index(), "pts/9")).toBeUndefined();
});

test("a name that is not UTF-8 does no harm", async () => {
  using host = new FakeHost().process({ pid: 100, uid: ALICE, comm: "bücher", pty: 1 });
  expect(foregroundProcess(await host.index(), "pts/1")).toBe("bücher");
});
