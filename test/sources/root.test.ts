import { expect, test } from "bun:test";
import { Root } from "../../src/sources/root.ts";

test.each([
  [undefined, undefined, "/run/utmp", "/proc/net/tcp"],
  ["/", undefined, "/run/utmp", "/proc/net/tcp"],
  ["/host", undefined, "/host/run/utmp", "/host/proc/net/tcp"],
  ["/host//", undefined, "/host/run/utmp", "/host/proc/net/tcp"],
  ["/host", "/proc", "/host/run/utmp", "/proc/net/tcp"],
  ["/", "/host/proc/", "/run/utmp", "/host/proc/net/tcp"],
])("rootfs %p and procfs %p", (rootfs, procfs, utmp, tcp) => {
  const root = new Root(rootfs, procfs);
  expect(root.path("/run/utmp")).toBe(utmp);
  expect(root.path("/proc/net/tcp")).toBe(tcp);
  expect(root.proc("net/tcp")).toBe(tcp);
});
