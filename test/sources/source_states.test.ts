import { expect, test } from "bun:test";
import { mkdirSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { BrokenSourceError } from "../../src/sources/errors.ts";
import type { SourceInfo } from "../../src/sources/source.ts";
import { SourceStates } from "../../src/sources/source_states.ts";
import { TempTree } from "../helpers/temp_tree.ts";

/** States of one source, and how often it was opened. */
function watched(tree: TempTree, ...paths: string[]) {
  let opened = 0;
  let nowMs = 0;
  const info: SourceInfo = {
    name: "x",
    paths,
    lost: "",
    whenMissing: "",
    whenForbidden: "",
    probe: (root) => {
      opened++;
      return root.path(paths[0]!);
    },
  };
  const states = new SourceStates(tree.root, () => nowMs, [info]);
  return {
    opens: (faults: ReadonlyMap<string, unknown> = new Map()) => {
      opened = 0;
      const [source] = states.probe(faults);
      return [opened, source!.state.available];
    },
    pass: (ms: number) => (nowMs += ms),
  };
}

test("a source is opened when something has changed, and once a minute", () => {
  using tree = new TempTree({ "/log": "a", "/other": "a" });
  const { opens, pass } = watched(tree, "/log", "/second");
  expect([opens(), opens()]).toEqual([
    [1, true],
    [0, true],
  ]);
  const changes: (() => void)[] = [
    () => tree.write("/log", "longer"),
    () => renameSync(`${tree.folder}/other`, `${tree.folder}/log`),
    () => tree.write("/second", ""),
    () => rmSync(`${tree.folder}/second`),
    () => rmSync(`${tree.folder}/log`),
    () => symlinkSync("log", `${tree.folder}/log`),
  ];
  for (const change of changes) {
    change();
    expect([opens(), opens()]).toEqual([
      [1, true],
      [0, true],
    ]);
  }
  pass(59_999);
  expect(opens()).toEqual([0, true]);
  pass(1);
  expect(opens()).toEqual([1, true]);
});

test("what reading showed counts at once", () => {
  using tree = new TempTree({ "/log": "a" });
  const { opens } = watched(tree, "/log");
  opens();
  const faults = new Map([["x", new BrokenSourceError("/log", "holds no records")]]);
  expect([opens(faults), opens()]).toEqual([
    [0, false],
    [0, true],
  ]);
});

test("files of /proc have no times that count", () => {
  using tree = new TempTree({ "/proc/net/tcp": "a" });
  const { opens } = watched(tree, "/proc/net/tcp");
  opens();
  tree.write("/proc/net/tcp", "another");
  expect(opens()).toEqual([0, true]);
  rmSync(`${tree.folder}/proc/net/tcp`);
  mkdirSync(`${tree.folder}/proc/net/tcp`);
  expect(opens()).toEqual([1, true]);
});
