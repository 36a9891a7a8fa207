import { expect, test } from "bun:test";
import { Turns, WAIT_MS } from "../../../src/model/auth/turns.ts";

/** A clock on which each look takes a millisecond, and work that is driven turn by turn. */
function driven(work: (mayGoOn: () => boolean) => boolean) {
  let resume: (() => void) | undefined;
  const it = {
    nowMs: 0,
    pauses: 0,
    compiled: [] as string[],
    turns: new Turns(work, {
      clockMs: (): number => ++it.nowMs,
      pause: () => {
        it.pauses++;
        return new Promise<void>((resolve) => (resume = resolve));
      },
      compile: (when) => it.compiled.push(when),
    }),
    /** Lets the next turn begin. */
    async next() {
      resume?.();
      await Bun.sleep(0);
    },
  };
  return it;
}

test("work that is done in one turn is waited for, without a pause", async () => {
  const it = driven(() => true);
  await it.turns.wait();
  expect(it.pauses).toBe(0);
});

test("code is compiled soon while there is work for more than one turn", async () => {
  let left = 3;
  const it = driven(() => {
    return --left <= 0;
  });
  const waiting = it.turns.wait();
  expect(it.compiled).toEqual(["soon"]);
  await it.next();
  await it.next();
  await waiting;
  expect(it.compiled).toEqual(["soon", "late"]);
  await it.turns.wait();
  expect(it.compiled).toHaveLength(2);
});

test("code is compiled late again when long work fails", async () => {
  let turns = 0;
  const it = driven(() => {
    if (++turns === 2) throw new Error("broken");
    return false;
  });
  const failure = it.turns.wait().catch((error: unknown) => error);
  await it.next();
  expect(await failure).toEqual(new Error("broken"));
  expect(it.compiled).toEqual(["soon", "late"]);
});

test("a turn may last 20 ms", async () => {
  let looks = 0;
  const it = driven((mayGoOn) => {
    while (mayGoOn()) looks++;
    return true;
  });
  await it.turns.wait();
  expect(looks).toBe(19);
});

test("who asks waits over many turns, and starts the work once", async () => {
  let left = 3;
  const it = driven(() => --left === 0);
  let waited = 0;
  const waiting = it.turns.wait().then(() => waited++);
  const another = it.turns.wait();
  await it.next();
  expect([waited, left]).toEqual([0, 1]);
  await it.next();
  await Promise.all([waiting, another]);
  expect([waited, left]).toEqual([1, 0]);
});

test("who asks waits for two seconds, and the work goes on after that", async () => {
  let left = 3;
  const it = driven(() => --left === 0);
  const waiting = it.turns.wait();
  it.nowMs += WAIT_MS;
  await it.next();
  await waiting;
  expect(left).toBe(1);
  await it.next();
  expect(left).toBe(0);
});

test("what the work throws is told, and the next one who asks has it begun anew", async () => {
  let fails = true;
  const it = driven(() => {
    if (fails) throw new Error("it broke");
    return true;
  });
  await expect(it.turns.wait()).rejects.toThrow("it broke");
  fails = false;
  await it.turns.wait();
});

test("it stops behind the turn that runs, and can be begun again", async () => {
  let turns = 0;
  const it = driven(() => ++turns === 3);
  void it.turns.wait();
  const stopped = it.turns.stop();
  await it.next();
  await stopped;
  expect(turns).toBe(1);
  const waiting = it.turns.wait();
  expect(turns).toBe(2);
  await it.next();
  await waiting;
  expect(turns).toBe(3);
});
