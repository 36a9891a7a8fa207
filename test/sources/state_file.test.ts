import { describe, expect, test } from "bun:test";
import { lstatSync, mkdirSync, readFileSync, readdirSync, statSync, symlinkSync } from "node:fs";
import { StateFile } from "../../src/sources/state_file.ts";
import { IMPOSTORS, replace } from "../helpers/impostors.ts";
import { TempTree } from "../helpers/temp_tree.ts";

function state(files: Record<string, string> = {}) {
  const tree = new TempTree({ "/folder/.keep": "", ...files });
  const warnings: string[] = [];
  const path = `${tree.folder}/folder/auth.json`;
  const file = new StateFile(path, (_, fields) => warnings.push(Object.values(fields).join(" ")));
  const names = () =>
    readdirSync(`${tree.folder}/folder`)
      .filter((name) => name !== ".keep")
      .sort();
  return { path, file, warnings, names, [Symbol.dispose]: () => tree[Symbol.dispose]() };
}

describe("StateFile", () => {
  test("gives back what was saved, and leaves nothing else behind", () => {
    using it = state();
    const value = { a: [1, 2.5, "caf\u00e9"], b: null };
    it.file.save({ old: true });
    it.file.save(value);
    expect(it.file.load()).toEqual(value);
    expect(it.names()).toEqual(["auth.json"]);
  });

  test("is the exporter's own: nobody else may read it", () => {
    using it = state();
    it.file.save({});
    expect((statSync(it.path).mode & 0o777).toString(8)).toBe("600");
  });

  test("a missing file is no state, and no fault", () => {
    using it = state();
    expect(it.file.load()).toBeUndefined();
    expect(it.warnings).toEqual([]);
  });

  test.each(["", "{", '{"a":1}}', "\0\0\0"])("a damaged file is put aside: %j", (text) => {
    using it = state({ "/folder/auth.json": text });
    expect(it.file.load()).toBeUndefined();
    expect(it.names()).toEqual(["auth.json.damaged"]);
    expect(readFileSync(`${it.path}.damaged`, "utf8")).toBe(text);
    expect(it.warnings).toHaveLength(1);
    expect(it.warnings[0]).toStartWith(`${it.path} `);
    expect(it.warnings[0]).toEndWith(` ${it.path}.damaged`);
    it.file.save({ b: 2 });
    expect(it.file.load()).toEqual({ b: 2 });
  });

  test("what was written halfway before a crash does not count", () => {
    using it = state({ "/folder/auth.json": '{"a":1}', "/folder/auth.json.new": '{"a":' });
    expect(it.file.load()).toEqual({ a: 1 });
  });

  test("a folder that is gone is an error", () => {
    const file = new StateFile("/nonexistent/folder/auth.json", () => {});
    expect(() => file.save({})).toThrow("ENOENT");
    expect(file.load()).toBeUndefined();
  });

  test.each([...IMPOSTORS])("$name in its place is put aside at once", (impostor) => {
    using it = state();
    replace(it.path, impostor);
    expect(it.file.load()).toBeUndefined();
    expect(it.names()).toEqual(["auth.json.damaged"]);
    expect(it.warnings).toHaveLength(1);
    it.file.save({ a: 1 });
    expect(it.file.load()).toEqual({ a: 1 });
  });

  test.each(IMPOSTORS.filter(({ name }) => name !== "a directory"))(
    "$name in place of the new file goes",
    (impostor) => {
      using it = state();
      replace(`${it.path}.new`, impostor);
      it.file.save({ a: 1 });
      expect(it.file.load()).toEqual({ a: 1 });
      expect(it.names()).toEqual(["auth.json"]);
      expect(lstatSync(it.path).isFile()).toBe(true);
    },
  );

  test("a link in place of the new file is not followed", () => {
    using it = state({ "/folder/other": "precious" });
    symlinkSync("other", `${it.path}.new`);
    it.file.save({ a: 1 });
    expect(readFileSync(`${it.path.replace("auth.json", "other")}`, "utf8")).toBe("precious");
    expect(it.names()).toEqual(["auth.json", "other"]);
    expect(lstatSync(it.path).isFile()).toBe(true);
  });

  test("a directory in place of the new file is an error, and leaves the old state", () => {
    using it = state();
    it.file.save({ a: 1 });
    mkdirSync(`${it.path}.new`);
    expect(() => it.file.save({ a: 2 })).toThrow();
    expect(it.file.load()).toEqual({ a: 1 });
  });

  test("without a descriptor to read it with, it is kept: that passes", async () => {
    using it = state();
    it.file.save({ a: 1 });
    const program = `
      import { openSync } from "node:fs";
      import { StateFile } from ${JSON.stringify(`${import.meta.dir}/../../src/sources/state_file.ts`)};
      const file = new StateFile(process.argv[1], () => {});
      try { for (;;) openSync("/dev/null", "r"); } catch {}
      let thrown;
      try { file.load(); } catch (error) { thrown = error.code; }
      process.exit(thrown === "EMFILE" ? 0 : 3);`;
    const words = [
      "sh",
      "-c",
      'ulimit -n 64; exec "$0" "$@"',
      process.execPath,
      "-e",
      program,
      it.path,
    ];
    const { exitCode, stderr } = Bun.spawnSync(words);
    expect([exitCode, stderr.toString()]).toEqual([0, ""]);
    expect(it.file.load()).toEqual({ a: 1 });
  });
});
