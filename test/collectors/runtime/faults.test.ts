import { expect, test } from "bun:test";
import { Faults } from "../../../src/collectors/runtime/faults.ts";
import { createLog } from "../../../src/log.ts";

function faults() {
  const lines: string[] = [];
  const log = createLog("debug", "logfmt", false, (line) =>
    lines.push(line.replace(/^time=\S+ /, "")),
  );
  return { faults: new Faults(log), lines };
}

test("a fault that lasts is logged when it begins and when it ends", () => {
  const { faults: it, lines } = faults();
  for (let i = 0; i < 5; i++) it.begin("source", "utmp", new Error("no right"));
  for (let i = 0; i < 5; i++) it.end("source", "utmp");
  expect(lines).toEqual([
    'level=ERROR msg="source failed" source=utmp err="no right"',
    'level=INFO msg="source works again" source=utmp',
  ]);
});

test("another cause, another fault, and one that comes back are logged", () => {
  const { faults: it, lines } = faults();
  it.begin("source", "x", new Error("first"));
  it.begin("source", "x", new Error("second"));
  it.begin("collector", "x", "text");
  it.end("source", "x");
  it.begin("source", "x", new Error("second"));
  it.begin("state file", "/y", "full");
  expect(lines.map((line) => /msg="(.*?)"(.*)/.exec(line)!.slice(1).join(""))).toEqual([
    "source failed source=x err=first",
    "source failed source=x err=second",
    "collector failed collector=x err=text",
    "source works again source=x",
    "source failed source=x err=second",
    "state file failed state_file=/y err=full",
  ]);
});

test("what never failed is not said to work again", () => {
  const { faults: it, lines } = faults();
  it.end("source", "x");
  expect(lines).toEqual([]);
});
