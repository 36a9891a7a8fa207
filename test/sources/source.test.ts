import { expect, test } from "bun:test";
import { Root } from "../../src/sources/root.ts";
import { sourcePath } from "../../src/sources/source.ts";

test("a path below /proc stands below the procfs, any other below the rootfs", () => {
  const root = new Root("/host", "/elsewhere/proc");
  expect(sourcePath(root, "/proc/net/tcp")).toBe("/elsewhere/proc/net/tcp");
  expect(sourcePath(root, "/process/x")).toBe("/host/process/x");
  expect(sourcePath(root, "/etc/passwd")).toBe("/host/etc/passwd");
  expect(sourcePath(new Root("/host"), "/proc/stat")).toBe("/host/proc/stat");
});
