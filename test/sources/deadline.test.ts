import { describe, expect, test } from "bun:test";
import { Deadline, DeadlineError } from "../../src/sources/deadline.ts";

describe("a deadline", () => {
  test("is passed when its time is over, not before", () => {
    let now = 5000;
    const deadline = new Deadline(8000, () => now);
    now += 7999;
    expect(deadline.remainingMs).toBe(1);
    deadline.check();
    now += 1;
    expect(() => deadline.check()).toThrow(DeadlineError);
    expect(() => deadline.check()).toThrow("not done within 8 s");
    now += 100_000;
    expect(deadline.remainingMs).toBe(0);
  });

  test("gives the result of what is done in time, and its error", async () => {
    const deadline = new Deadline(60_000);
    expect(await deadline.bound(Promise.resolve(5))).toBe(5);
    expect(deadline.bound(Promise.reject(new Error("no")))).rejects.toThrow("no");
  });

  test("does not wait for what never ends", async () => {
    const never = new Promise<void>(() => {});
    expect(new Deadline(1).bound(never)).rejects.toThrow(DeadlineError);
  });

  test("an error that comes too late is nobody's", async () => {
    const { promise, reject } = Promise.withResolvers<void>();
    await new Deadline(0).bound(promise).catch(() => undefined);
    reject(new Error("late"));
    await Bun.sleep(0);
  });
});
