import { describe, expect, test } from "bun:test";
import { readFileSync, readdirSync, statSync } from "node:fs";
import { StateFile } from "../../src/sources/state_file.ts";
import { TempTree } from "../helpers/temp_tree.ts";

function state(files: Record<string, string> = {}) {
  const tree = new TempTree({ "/folder/.keep": "", ...files });
  const warnings: string[] = [];
  const path = `${tree.folder}/folder/auth.json`;
  const file = new StateFile(path, (message) => warnings.push(message));
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
    expect(it.warnings[0]).toContain(it.path);
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
});
