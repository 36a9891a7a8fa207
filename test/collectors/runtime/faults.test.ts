import { expect, test } from "bun:test";
import { Faults } from "../../../src/collectors/runtime/faults.ts";
import { createLog } from "../../../src/log.ts";

function faults() {
  const lines: string[] = [];
  const log = createLog("debug", "logfmt", (line) => lines.push(line.replace(/^time=\S+ /, "")));
  return { faults: new Faults(log), lines };
}

test("a fault that lasts is logged when it begins and when it ends", () => {
  const { faults: it, lines } = faults();
  for (let i = 0; i < 5; i++) it.begin("reading x", new Error("no right"));
  for (let i = 0; i < 5; i++) it.end("reading x");
  expect(lines).toEqual([
    'level=ERROR msg="reading x failed" err="no right"',
    'level=INFO msg="reading x works again"',
  ]);
});

test("another cause, another fault, and one that comes back are logged", () => {
  const { faults: it, lines } = faults();
  it.begin("x", new Error("first"));
  it.begin("x", new Error("second"));
  it.begin("y", "text");
  it.end("x");
  it.begin("x", new Error("second"));
  expect(lines.map((line) => /msg="(.*?)"(.*)/.exec(line)!.slice(1).join(""))).toEqual([
    "x failed err=first",
    "x failed err=second",
    "y failed err=text",
    "x works again",
    "x failed err=second",
  ]);
});

test("what never failed is not said to work again", () => {
  const { faults: it, lines } = faults();
  it.end("x");
  expect(lines).toEqual([]);
});
