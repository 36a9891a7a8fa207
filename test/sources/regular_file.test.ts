import { describe, expect, test } from "bun:test";
import { closeSync, constants, mkdirSync, readFileSync, symlinkSync, truncateSync } from "node:fs";
import { dirname } from "node:path";
import { codeOf } from "../../src/sources/errors.ts";
import { openRegular, readRegular, withRegular } from "../../src/sources/regular_file.ts";
import { openFilesIn } from "../helpers/descriptors.ts";
import { output } from "../helpers/system.ts";
import { TempTree } from "../helpers/temp_tree.ts";

const LIMIT = 1000;

/** The error that reading gives, after which the file is not left open. */
function errorOf(path: string): unknown {
  const before = openFilesIn(dirname(path));
  try {
    readRegular(path, LIMIT);
  } catch (error) {
    expect(openFilesIn(dirname(path))).toEqual(before);
    return error;
  }
  throw new Error(`${path} was read`);
}

test("a file is read whole, a link to one and an empty one too", () => {
  using tree = new TempTree({ "/a": "line\n".repeat(200), "/empty": "" });
  symlinkSync("a", `${tree.folder}/link`);
  expect(readRegular(`${tree.folder}/a`, LIMIT).toString()).toBe("line\n".repeat(200));
  expect(readRegular(`${tree.folder}/link`, LIMIT)).toHaveLength(LIMIT);
  expect(readRegular(`${tree.folder}/empty`, LIMIT)).toHaveLength(0);
  expect(openFilesIn(tree.folder)).toEqual([]);
});

describe("what is refused", () => {
  test("a FIFO, at once and without opening it", () => {
    using tree = new TempTree();
    output("mkfifo", `${tree.folder}/fifo`);
    expect(String(errorOf(`${tree.folder}/fifo`))).toEndWith(
      "/fifo: is a FIFO, want a regular file",
    );
  });

  test("a folder", () => {
    using tree = new TempTree();
    mkdirSync(`${tree.folder}/folder`);
    expect(String(errorOf(`${tree.folder}/folder`))).toContain("is a directory");
  });

  test.each(["/dev/zero", "/dev/null"])("the device %s", (path) => {
    expect(String(errorOf(path))).toContain("is a device");
  });

  test("a link loop, with the system's own error", () => {
    using tree = new TempTree();
    symlinkSync("loop", `${tree.folder}/loop`);
    expect(codeOf(errorOf(`${tree.folder}/loop`))).toBe("ELOOP");
  });

  test("20 GB of nothing, and one byte over the limit", () => {
    using tree = new TempTree({ "/sparse": "", "/over": "x".repeat(LIMIT + 1) });
    truncateSync(`${tree.folder}/sparse`, 20e9);
    expect(String(errorOf(`${tree.folder}/sparse`))).toContain(
      "is 20000000000 bytes long, want 1000",
    );
    expect(String(errorOf(`${tree.folder}/over`))).toContain(
      "is 1001 bytes long, want 1000 at most",
    );
  });

  test("nothing, with the system's own error", () => {
    expect(codeOf(errorOf("/nonexistent"))).toBe("ENOENT");
  });
});

test("the descriptor is closed when its user throws", () => {
  using tree = new TempTree({ "/a": "x" });
  const failing = () =>
    withRegular(`${tree.folder}/a`, LIMIT, () => {
      throw new Error("no");
    });
  expect(failing).toThrow("no");
  expect(openFilesIn(tree.folder)).toEqual([]);
});

test("a file without a limit is opened whatever its size, and never waited for", () => {
  using tree = new TempTree({ "/large": "" });
  truncateSync(`${tree.folder}/large`, 20e9);
  const { fd, stats } = openRegular(`${tree.folder}/large`, Infinity);
  try {
    expect(stats.size).toBe(20e9);
    const flags = /flags:\t(\d+)/.exec(readFileSync(`/proc/self/fdinfo/${fd}`, "utf8"))![1]!;
    expect(parseInt(flags, 8) & constants.O_NONBLOCK).toBe(constants.O_NONBLOCK);
  } finally {
    closeSync(fd);
  }
});
