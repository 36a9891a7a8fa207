import { expect, test } from "bun:test";
import { closeSync, openSync, readdirSync } from "node:fs";
import {
  DescriptorReserve,
  descriptorLimit,
  hasFreeDescriptor,
} from "../../src/sources/descriptors.ts";

const openDescriptors = () => readdirSync("/proc/self/fd").length;

function failure(code: string) {
  return Object.assign(new Error(code), { code });
}

/** Descriptors of which only some are free; the others are `taken`. */
function limited(free: number) {
  const it = {
    free,
    open() {
      if (it.free <= 0) throw failure("EMFILE");
      it.free--;
      return openSync("/dev/null", "r");
    },
  };
  return it;
}

test("holds sixteen back, and as many as there are when there are fewer", () => {
  const before = openDescriptors();
  const system = limited(20);
  const reserve = new DescriptorReserve(() => system.open());
  reserve.hold();
  reserve.refill();
  expect(openDescriptors()).toBe(before + 16);
  const few = new DescriptorReserve(() => system.open());
  few.hold();
  expect(openDescriptors()).toBe(before + 20);
});

test("without free descriptors a file takes one of the reserve, and what is closed goes back to it", () => {
  const system = limited(16);
  const reserve = new DescriptorReserve(() => system.open());
  reserve.hold();
  const before = openDescriptors();
  for (let scrape = 0; scrape < 100; scrape++) {
    let tries = 0;
    const fd = reserve.use(() => {
      // The reserve's descriptor was closed, so that the second try has one.
      if (++tries === 1) throw failure("EMFILE");
      return openSync("/dev/null", "r");
    });
    expect(tries).toBe(2);
    expect(openDescriptors()).toBe(before);
    closeSync(fd);
    system.free++;
    reserve.refill();
    expect(openDescriptors()).toBe(before);
  }
});

test("what takes several descriptors gets them, and what it leaves goes back", () => {
  const system = limited(16);
  const reserve = new DescriptorReserve(() => system.open());
  reserve.hold();
  const before = openDescriptors();
  reserve.lend(3, () => {
    expect(openDescriptors()).toBe(before - 3);
    system.free += 3;
  });
  expect(openDescriptors()).toBe(before);
  expect(() =>
    reserve.lend(3, () => {
      system.free += 3;
      throw new Error("corrupt");
    }),
  ).toThrow("corrupt");
  expect(openDescriptors()).toBe(before);
});

test("nothing is held back unless it is asked for", () => {
  const before = openDescriptors();
  const reserve = new DescriptorReserve();
  reserve.refill();
  expect(reserve.lend(3, openDescriptors)).toBe(before);
  expect(() =>
    reserve.use(() => {
      throw failure("EMFILE");
    }),
  ).toThrow("EMFILE");
});

test("another fault than a lack of descriptors is told", () => {
  const reserve = new DescriptorReserve(() => {
    throw failure("EACCES");
  });
  expect(() => reserve.hold()).toThrow("EACCES");
  let tries = 0;
  expect(() =>
    new DescriptorReserve().use(() => {
      tries++;
      throw failure("ENOENT");
    }),
  ).toThrow("ENOENT");
  expect(tries).toBe(1);
});

test("the limit is what the shell calls it, and to read it leaves nothing open", () => {
  const { stdout } = Bun.spawnSync(["sh", "-c", "ulimit -n"]);
  const before = openDescriptors();
  expect(descriptorLimit()).toBe(Number(stdout.toString()));
  expect(openDescriptors()).toBe(before);
});

test("whether a descriptor is free is told without keeping one", () => {
  const before = openDescriptors();
  expect(hasFreeDescriptor()).toBeTrue();
  expect(openDescriptors()).toBe(before);
});
