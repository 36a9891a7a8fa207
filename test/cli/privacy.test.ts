import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { printedAddresses, servedAddresses } from "../../src/cli/privacy.ts";
import { readCommandLine } from "../../src/cli/command_line.ts";
import { FLAGS } from "../../src/cli/flags.ts";
import { invoke } from "../../src/cli/invocation.ts";
import { createLog } from "../../src/log.ts";
import { TempTree } from "../helpers/temp_tree.ts";

const config = (...words: string[]) =>
  invoke(readCommandLine(words, {}, FLAGS).flags, FLAGS, {}).config;
const ADDRESS = "192.0.2.77";

function printed(...words: string[]) {
  const lines: string[] = [];
  const log = createLog("info", "logfmt", false, (line) => lines.push(line));
  return { shown: printedAddresses(config(...words), log).show(ADDRESS), lines };
}

describe("hashed addresses", () => {
  test("a command shows the server's hash once there is a key, and none before", () => {
    using tree = new TempTree({});
    const words = ["--privacy.from-ip=hash", `--state.directory=${tree.folder}`];
    const before = printed(...words);
    expect(before.shown).toBe("");
    expect(before.lines).toEqual([expect.stringContaining("addresses are not shown")]);
    expect(existsSync(`${tree.folder}/privacy.key`)).toBe(false);
    const served = servedAddresses(config(...words)).show(ADDRESS);
    expect(served).toMatch(/^[0-9a-f]{16}$/);
    expect(printed(...words)).toEqual({ shown: served, lines: [] });
  });

  test("hosts with one key file show the same", () => {
    using tree = new TempTree({ "/key": "a key that a fleet shares" });
    const words = ["--privacy.from-ip=hash", `--privacy.key-file=${tree.folder}/key`];
    const served = servedAddresses(config(...words)).show(ADDRESS);
    expect(printed(...words).shown).toBe(served);
  });

  test("without a place for a key the server does not start, nor does it make a fleet's key", () => {
    using tree = new TempTree({});
    const hash = "--privacy.from-ip=hash";
    expect(() => servedAddresses(config(hash))).toThrow("want --privacy.key-file or");
    const missing = config(hash, `--privacy.key-file=${tree.folder}/key`);
    expect(() => servedAddresses(missing)).toThrow(
      /^--privacy.from-ip: can't use the key .*: no such file or directory$/,
    );
    expect(existsSync(`${tree.folder}/key`)).toBe(false);
  });
});

test("other ways to show addresses need no key", () => {
  expect(servedAddresses(config()).show(ADDRESS)).toBe(ADDRESS);
  expect(printed("--privacy.from-ip=prefix")).toEqual({ shown: "192.0.2.0/24", lines: [] });
  expect(printed("--privacy.from-ip=none")).toEqual({ shown: "", lines: [] });
});
