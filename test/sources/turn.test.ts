import { expect, test } from "bun:test";
import { turnEvery } from "../../src/sources/turn.ts";

test("others have their turn after each so many pieces, and nothing is waited for in between", async () => {
  let turns = 0;
  const turn = turnEvery(3, () => {
    turns++;
    return Promise.resolve();
  });
  const pauses = Array.from({ length: 7 }, turn);
  expect(pauses.map((pause) => pause !== undefined)).toEqual([
    false,
    false,
    true,
    false,
    false,
    true,
    false,
  ]);
  await Promise.all(pauses);
  expect(turns).toBe(2);
});

test("by itself a turn lets timers go off", async () => {
  const timer = { wentOff: false };
  setTimeout(() => (timer.wentOff = true), 0);
  while (!timer.wentOff) await turnEvery(1)();
});
