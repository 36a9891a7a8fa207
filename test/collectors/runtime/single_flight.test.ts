import { expect, test } from "bun:test";
import { singleFlight } from "../../../src/collectors/runtime/single_flight.ts";

/** Work that ends when it is told, and what it was given. */
function work() {
  const given: number[] = [];
  const running: PromiseWithResolvers<string>[] = [];
  const once = singleFlight((n: number) => {
    given.push(n);
    running.push(Promise.withResolvers());
    return running.at(-1)!.promise;
  });
  return { given, running, once };
}

test("who asks meanwhile shares the result, also with other arguments", async () => {
  const { given, running, once } = work();
  const asked = [once(1), once(2)];
  running[0]!.resolve("first");
  expect(await Promise.all(asked)).toEqual(["first", "first"]);
  expect(given).toEqual([1]);
});

test("who asks afterwards has it done again", async () => {
  const { given, running, once } = work();
  const first = once(1);
  running[0]!.resolve("first");
  await first;
  const second = once(2);
  running[1]!.resolve("second");
  expect(await second).toBe("second");
  expect(given).toEqual([1, 2]);
});

test("a failure is everybody's who waited, and nobody's afterwards", async () => {
  const { running, once } = work();
  const asked = [once(1), once(1)];
  running[0]!.reject(new Error("failed"));
  for (const result of await Promise.allSettled(asked)) expect(result.status).toBe("rejected");
  const again = once(1);
  running[1]!.resolve("works");
  expect(await again).toBe("works");
});
