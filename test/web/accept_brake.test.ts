import { describe, expect, test } from "bun:test";
import { createLog } from "../../src/log.ts";
import { AcceptBrake } from "../../src/web/accept_brake.ts";

/** A process with an event loop whose turns the test takes. */
function process() {
  const lines: string[] = [];
  const turns: (() => void)[] = [];
  const it = {
    lines,
    free: 1,
    probes: 0,
    sleeps: 0,
    brake: undefined as unknown as AcceptBrake,
    /** Takes so many turns of the event loop. @returns how often the thread slept in them */
    turn(count: number): number {
      const before = it.sleeps;
      for (let i = 0; i < count; i++) for (const act of turns.splice(0)) act();
      return it.sleeps - before;
    },
  };
  it.brake = new AcceptBrake(
    createLog("info", "logfmt", false, (line) => lines.push(line.replace(/^time=\S+ /, ""))),
    {
      hasFreeDescriptor: () => (it.probes++, it.free > 0),
      sleep: () => it.sleeps++,
      inNextTurn: (act) => turns.push(act),
    },
  );
  return it;
}

const WARNING = 'level=WARN msg="no free descriptors, new connections wait"';

describe("AcceptBrake", () => {
  test("does nothing while a descriptor is free", () => {
    const it = process();
    it.brake.look();
    expect(it.turn(1000)).toBe(0);
    expect([it.probes, it.lines.length]).toEqual([1, 0]);
  });

  test("sleeps once in each turn while none is, and says so once", () => {
    const it = process();
    it.free = 0;
    for (let looks = 0; looks < 5; looks++) it.brake.look();
    expect(it.turn(1000)).toBe(1000);
    expect(it.lines).toEqual([WARNING]);
  });

  test("ends when one is free again, and begins anew", () => {
    const it = process();
    it.free = 0;
    it.brake.look();
    it.turn(10);
    it.free = 1;
    expect(it.turn(1000)).toBe(0);
    it.brake.look();
    expect(it.turn(1000)).toBe(0);
    it.free = 0;
    it.brake.look();
    expect(it.turn(10)).toBe(10);
    expect(it.lines).toEqual([WARNING, WARNING]);
  });

  test("ends when it is stopped", () => {
    const it = process();
    it.free = 0;
    it.brake.start();
    it.brake.look();
    it.brake.stop();
    expect(it.turn(1000)).toBe(0);
  });
});
