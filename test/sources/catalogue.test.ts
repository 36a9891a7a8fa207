import { describe, expect, test } from "bun:test";
import { SOURCES } from "../../src/sources/catalogue.ts";
import type { SourceInfo } from "../../src/sources/source.ts";

describe("SOURCES", () => {
  test("each has a name of its own that can be a label, and says what is lost", () => {
    for (const { name, paths, lost, whenMissing, whenForbidden } of SOURCES) {
      expect(name).toMatch(/^[a-z][a-z0-9_]*$/);
      expect(lost).not.toBe("");
      expect(whenMissing).not.toBe("");
      expect(whenForbidden).not.toBe("");
      for (const path of paths) expect(path).toStartWith("/");
    }
    expect(new Set(SOURCES.map(({ name }) => name)).size).toBe(SOURCES.length);
  });

  test("what covers a source is a source", () => {
    const names = SOURCES.map(({ name }): string => name);
    for (const {
      coveredBy = [],
      replacedBy = [],
      fallbacks = [],
      name,
    } of SOURCES as readonly SourceInfo[]) {
      for (const other of [...coveredBy, ...replacedBy, ...fallbacks])
        expect(names).toContain(other);
      expect([...coveredBy, ...replacedBy, ...fallbacks]).not.toContain(name);
    }
  });
});
