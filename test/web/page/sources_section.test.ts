import { expect, test } from "bun:test";
import { sourcesSection } from "../../../src/web/page/sources_section.ts";
import { FORBIDDEN, MISSING, READABLE, rows, utmp } from "./summaries.ts";

const BROKEN = { available: false, path: "/run/utmp", reason: "broken", detail: "a <b>" } as const;

test("sources in order are folded away, the others say what is lost without them", () => {
  const section = sourcesSection([
    utmp(READABLE),
    utmp(MISSING),
    utmp(FORBIDDEN),
    utmp(MISSING, "logind"),
  ]);
  expect(rows(section)).toEqual([
    ["utmp", "missing", "/run/utmp"],
    ["", "Lost without it: A & B. Why: it is <new>."],
    ["utmp", "forbidden", "/run/utmp"],
    ["", "Lost without it: A & B. To do: do <this>."],
    ["utmp", "readable", "/run/utmp"],
    ["utmp", "not needed: logind", "/run/utmp"],
  ]);
  const [open, folded] = section.text.split("<details>");
  expect(open).toContain("forbidden");
  expect(folded).toContain("2 sources in order");
  expect(folded).toContain("readable");
  expect(folded).not.toContain("forbidden");
});

test("one that is broken stands open although it is not needed, with what is wrong", () => {
  const [open, folded] = sourcesSection([utmp(BROKEN, "logind")]).text.split("<details>");
  expect(open).toContain("broken, not needed: logind");
  expect(open).toContain("/run/utmp: a &lt;b&gt;");
  expect(folded).toContain("0 sources in order");
});

test("says what is read in place of one", () => {
  const section = sourcesSection([{ ...utmp(MISSING), fallback: "wtmp" }]);
  expect(rows(section)[1]![1]).toContain("A & B. Read instead: wtmp. Why:");
});

test("without faults there is one table, folded away", () => {
  const { text } = sourcesSection([utmp(READABLE)]);
  expect(text.match(/<table>/g)).toHaveLength(1);
  expect(text).toContain("<summary>1 source in order</summary>");
});
