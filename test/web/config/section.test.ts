import { describe, expect, test } from "bun:test";
import { Section, textMap } from "../../../src/web/config/section.ts";

const KEYS = ["name", "count", "flag", "list", "word"] as const;
const section = (value: unknown) => new Section("limits", value, KEYS);

describe("a section", () => {
  test.each([[undefined], [null], [{}]])("of %p has nothing set", (value) => {
    const empty = section(value);
    expect(empty.raw("name")).toBeUndefined();
    expect(empty.text("name")).toBeUndefined();
    expect(empty.texts("list")).toBeUndefined();
    expect(empty.count("count")).toBeUndefined();
    expect(empty.oneOf("word", ["a"])).toBeUndefined();
    expect([empty.flag("flag", true), empty.flag("flag", false)]).toEqual([true, false]);
  });

  test.each([[[]], ["text"], [1], [true]])("of %j is refused", (value) => {
    expect(() => section(value)).toThrow("limits: want a mapping");
  });

  test("refuses a key it does not know, by its whole name", () => {
    expect(() => section({ nane: 1 })).toThrow(
      "limits.nane: unknown key: want one of name, count, flag, list, word",
    );
    expect(() => new Section("", { nane: 1 }, KEYS)).toThrow(/^nane: unknown key/);
  });

  test("has no keys that every object has", () => {
    const methods = new Section("", {}, ["toString", "constructor"]);
    expect(methods.raw("toString")).toBeUndefined();
    expect(methods.text("constructor")).toBeUndefined();
  });

  test.each([
    ["text", "text"],
    [1.5, "1.5"],
    [false, "false"],
    ["", undefined],
    [null, undefined],
  ])("reads %p as the text %p", (value, text) => {
    expect(section({ name: value }).text("name")).toBe(text as string);
  });

  test("a list or a mapping is no text", () => {
    expect(() => section({ name: ["a"] }).text("name")).toThrow("limits.name: want a string");
    expect(() => section({ name: {} }).text("name")).toThrow("limits.name: want a string");
  });

  test("reads lists of text, and nothing else", () => {
    expect(section({ list: ["a", 1] }).texts("list")).toEqual(["a", "1"]);
    expect(section({ list: [] }).texts("list")).toEqual([]);
    expect(() => section({ list: "a" }).texts("list")).toThrow("limits.list: want a list");
    expect(() => section({ list: [{}] }).texts("list")).toThrow("limits.list: want a string");
  });

  test.each([
    [true, true],
    ["yes", true],
    ["On", true],
    ["Y", true],
    [false, false],
    ["no", false],
    ["OFF", false],
    ["n", false],
  ])("reads %p as the switch %p", (value, isOn) => {
    expect(section({ flag: value }).flag("flag", !isOn)).toBe(isOn);
  });

  test.each([["maybe"], ["yesterday"], [1], [""], [[]]])("%j is no switch", (value) => {
    expect(() => section({ flag: value }).flag("flag", true)).toThrow(
      "limits.flag: want true or false",
    );
  });

  test("reads whole numbers from 0 on", () => {
    expect([0, 7].map((value) => section({ count: value }).count("count"))).toEqual([0, 7]);
    for (const value of [-1, 1.5, "1", 2 ** 53, true]) {
      expect(() => section({ count: value }).count("count")).toThrow(
        "limits.count: want a whole number from 0 on",
      );
    }
  });

  test("takes one of a few words", () => {
    expect(section({ word: "b" }).oneOf("word", ["a", "b"])).toBe("b");
    expect(() => section({ word: "c" }).oneOf("word", ["a", "b"])).toThrow(
      'limits.word: unknown value "c": want one of a, b',
    );
  });
});

describe("textMap", () => {
  test("reads a mapping of text; nothing is the empty text", () => {
    const map = textMap("users", { alice: "x", bob: null, "12": 3 });
    expect(Object.fromEntries(map)).toEqual({ alice: "x", bob: "", "12": "3" });
    expect(textMap("users", undefined).size).toBe(0);
  });

  test("names the entry that is no text", () => {
    expect(() => textMap("users", { alice: [] })).toThrow("users.alice: want a string");
    expect(() => textMap("users", ["alice"])).toThrow("users: want a mapping");
  });
});
