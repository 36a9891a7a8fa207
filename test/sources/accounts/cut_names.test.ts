import { expect, test } from "bun:test";
import { CutNames } from "../../../src/sources/accounts/cut_names.ts";

const LONG = "a".repeat(31);

test("a name that fills the 32 bytes of a record is found by what is left of it", () => {
  const names = new CutNames();
  for (const name of ["short", LONG, `${LONG}b`, `${LONG}bc`, `${LONG}bd`]) names.add(name);
  expect(names.fitting(`${LONG}b`)).toEqual([`${LONG}b`, `${LONG}bc`, `${LONG}bd`]);
  expect(names.fitting(LONG)).toEqual([]);
  expect(names.fitting("short")).toEqual([]);
});

test("bytes count, not letters; a letter that is cut in the middle is what a record's would be", () => {
  const names = new CutNames();
  const sixteen = "ä".repeat(16);
  names.add(sixteen);
  names.add(`x${sixteen}`);
  names.add("€".repeat(10));
  expect(names.fitting(sixteen)).toEqual([sixteen]);
  const cut = Buffer.from(`x${sixteen}`).toString("utf8", 0, 32);
  expect(names.fitting(cut)).toEqual([`x${sixteen}`]);
  expect(names.fitting("€".repeat(10))).toEqual([]);
});
