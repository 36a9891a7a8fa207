import { expect, test } from "bun:test";
import { openSync } from "node:fs";
import { KeptFiles } from "../../src/sources/kept_files.ts";
import { openFilesIn } from "../helpers/descriptors.ts";
import { isLinux, output } from "../helpers/system.ts";
import { TempTree } from "../helpers/temp_tree.ts";

const buffer = Buffer.alloc(64);

/** Files with their names as content, of which so many may stay open. */
class Kept extends TempTree {
  readonly files: KeptFiles<string>;

  constructor(most: number) {
    super(Object.fromEntries(["a", "b", "c"].map((name) => [`/${name}`, name])));
    this.files = new KeptFiles(most);
  }

  keep(name: string): void {
    this.files.keepOrClose(name, openSync(`${this.folder}/${name}`, "r"));
  }

  text(name: string): string | undefined {
    const length = this.files.read(name, buffer, buffer.length);
    return length < 0 ? undefined : buffer.toString("latin1", 0, length);
  }

  get open(): string[] {
    return openFilesIn(this.folder).map((path) => path.slice(-1));
  }
}

test("a file is read from its beginning each time, as it is then", () => {
  using kept = new Kept(3);
  expect(kept.text("a")).toBeUndefined();
  kept.keep("a");
  expect([kept.text("a"), kept.text("a")]).toEqual(["a", "a"]);
  kept.write("/a", "changed");
  expect(kept.text("a")).toBe("changed");
});

test("no more stay open than may, and those that are read keep their places", () => {
  using kept = new Kept(2);
  kept.files.begin();
  for (const name of ["a", "b", "c"]) kept.keep(name);
  expect(kept.open).toEqual(["a", "b"]);
  kept.files.begin();
  expect(kept.text("b")).toBe("b");
  kept.files.begin();
  expect(kept.open).toEqual(["b"]);
  kept.keep("c");
  expect([kept.text("b"), kept.text("c"), kept.text("a")]).toEqual(["b", "c", undefined]);
  kept.files.clear();
  expect(kept.open).toEqual([]);
});

test("what a pass did not read is closed at the next one, also where there is room", () => {
  using kept = new Kept(3);
  kept.files.begin();
  for (const name of ["a", "b"]) kept.keep(name);
  kept.files.begin();
  expect(kept.text("b")).toBe("b");
  expect(kept.open).toEqual(["a", "b"]);
  kept.files.begin();
  expect(kept.open).toEqual(["b"]);
});

test("where nothing may be kept, all is closed", () => {
  using kept = new Kept(0);
  kept.keep("a");
  expect([kept.text("a"), kept.open]).toEqual([undefined, []]);
});

test.skipIf(!isLinux)("the file of a process that has ended is closed", async () => {
  const child = Bun.spawn(["sleep", "60"]);
  const files = new KeptFiles<number>(1);
  files.keepOrClose(child.pid, openSync(`/proc/${child.pid}/stat`, "r"));
  expect(files.read(child.pid, buffer, 64)).toBe(64);
  child.kill();
  await child.exited;
  expect(files.read(child.pid, buffer, 64)).toBe(-1);
  expect(openFilesIn("/proc").filter((path) => path.endsWith(`${child.pid}/stat`))).toEqual([]);
});

test.skipIf(!isLinux)("no more than a quarter of the descriptors is taken", () => {
  const script = `
    const { KeptFiles } = await import("${Bun.resolveSync("../../src/sources/kept_files.ts", import.meta.dir)}");
    const { openSync } = await import("node:fs");
    const files = new KeptFiles(256);
    for (let i = 0; i < 90; i++) files.keepOrClose(i, openSync("/proc/self/stat", "r"));
    let kept = 0;
    for (let i = 0; i < 90; i++) if (files.read(i, Buffer.alloc(8), 8) === 8) kept++;
    console.log(kept);`;
  const command = ["-c", `ulimit -n 120; exec "$0" -e "$1"`, process.execPath, script];
  expect(output("sh", ...command).trim()).toBe("30");
});
