import { expect, test } from "bun:test";
import { openSync, readdirSync } from "node:fs";
import { DescriptorReserve } from "../../src/sources/descriptor_reserve.ts";

const openDescriptors = () => readdirSync("/proc/self/fd").length;

/** Opens as long as it is let. */
function limited() {
  const it = {
    left: Number.POSITIVE_INFINITY,
    open() {
      if (it.left-- <= 0) throw Object.assign(new Error("EMFILE"), { code: "EMFILE" });
      return openSync("/dev/null", "r");
    },
  };
  return it;
}

test("is held while there are others, free when there are none, and filled again", () => {
  const before = openDescriptors();
  const system = limited();
  const reserve = new DescriptorReserve(system.open);
  reserve.fill();
  reserve.fill();
  expect(openDescriptors()).toBe(before + 16);
  reserve.releaseIfNeeded();
  expect(openDescriptors()).toBe(before + 16);
  system.left = 0;
  reserve.releaseIfNeeded();
  expect(openDescriptors()).toBe(before);
  system.left = 3;
  reserve.fill();
  expect(openDescriptors()).toBe(before + 3);
  system.left = 0;
  reserve.releaseIfNeeded();
  expect(openDescriptors()).toBe(before);
});

test("another fault than a lack of descriptors is told", () => {
  const reserve = new DescriptorReserve(() => {
    throw Object.assign(new Error("no right"), { code: "EACCES" });
  });
  expect(() => reserve.fill()).toThrow("no right");
  expect(() => reserve.releaseIfNeeded()).toThrow("no right");
});

test("is held while others have their turn, and free again behind it", async () => {
  const system = limited();
  const reserve = new DescriptorReserve(system.open);
  reserve.fill();
  const full = openDescriptors();
  system.left = 0;
  reserve.releaseIfNeeded();
  system.left = 16;
  await reserve.hold(async () => expect(openDescriptors()).toBe(full));
  expect(openDescriptors()).toBe(full - 16);
});
