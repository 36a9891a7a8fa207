import { expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { StatReader } from "../../../src/sources/proc/stat_reader.ts";
import { Root } from "../../../src/sources/root.ts";
import { openFilesIn } from "../../helpers/descriptors.ts";
import { statLine } from "../../helpers/proc_files.ts";
import { isLinux } from "../../helpers/system.ts";
import { TempTree } from "../../helpers/temp_tree.ts";

function line(reader: StatReader, pid: number, isOften: boolean): string | undefined {
  const length = reader.read(pid, isOften);
  return length < 0 ? undefined : reader.line.toString("latin1", 0, length);
}

test.skipIf(!isLinux)("the file of a process that is read in each pass stays open", () => {
  const reader = new StatReader(new Root(), false);
  const child = Bun.spawn(["sleep", "60"]);
  // Readers of other tests may still hold a file of a process that had this pid.
  const others = openFilesIn(`/proc/${child.pid}`).length;
  const read = (isOften: boolean) => {
    reader.beginPass();
    expect(line(reader, child.pid, isOften)).toStartWith(`${child.pid} (`);
    return openFilesIn(`/proc/${child.pid}`).length - others;
  };
  expect([read(false), read(true), read(true), read(false)]).toEqual([0, 1, 1, 1]);
  child.kill();
});

test.skipIf(!isLinux)("a process that has ended is not there", async () => {
  const reader = new StatReader(new Root(), false);
  const child = Bun.spawn(["sleep", "60"]);
  for (let pass = 0; pass < 2; pass++) expect(line(reader, child.pid, true)).toContain("sleep");
  child.kill();
  await child.exited;
  expect(line(reader, child.pid, true)).toBeUndefined();
});

test("in a copied tree no file is kept, for it would not end with its process", () => {
  using tree = new TempTree({ "/proc/7/stat": statLine({ pid: 7 }) });
  const reader = new StatReader(tree.root, true);
  expect(line(reader, 7, true)).toStartWith("7 (");
  rmSync(tree.root.proc("7"), { recursive: true });
  expect(line(reader, 7, true)).toBeUndefined();
});
