import { expect, test } from "bun:test";
import { mkdirSync, truncateSync } from "node:fs";
import {
  BYTES_A_TURN,
  ENTRY_FILE_LIMIT_BYTES,
  LINES_A_TURN,
  MAX_ENTRIES,
  MAX_LINE_BYTES,
  eachEntry,
} from "../../../src/sources/accounts/entry_file.ts";
import { BrokenSourceError } from "../../../src/sources/errors.ts";
import { TempTree } from "../../helpers/temp_tree.ts";

/** The lines of a file with this content, and how often others had their turn. */
async function linesOf(content: string) {
  using tree = new TempTree({ "/file": content });
  const lines: string[] = [];
  let turns = 0;
  const yieldTurn = async () => void turns++;
  await eachEntry(`${tree.folder}/file`, (line) => lines.push(line), yieldTurn);
  return { lines, turns };
}

test("gives each line without its end, the last one too", async () => {
  expect((await linesOf("a\n\nb\n")).lines).toEqual(["a", "", "b"]);
  expect((await linesOf("a\nb")).lines).toEqual(["a", "b"]);
  expect((await linesOf("")).lines).toEqual([]);
});

test("a line of a megabyte is cut, and the next one is whole", async () => {
  const { lines } = await linesOf(`${"x".repeat(1_000_000)}\nnext\n`);
  expect(lines.map((line) => line.length)).toEqual([MAX_LINE_BYTES, 4]);
});

test("others have their turn after so many lines, or so many bytes, at both limits", async () => {
  const short = await linesOf("a:x:1:1:::\n".repeat(MAX_ENTRIES));
  expect(short.lines).toHaveLength(MAX_ENTRIES);
  expect(short.turns).toBe(Math.ceil(MAX_ENTRIES / LINES_A_TURN) - 1);
  const line = `${"x".repeat(MAX_LINE_BYTES - 1)}\n`;
  const long = await linesOf(line.repeat(ENTRY_FILE_LIMIT_BYTES / MAX_LINE_BYTES));
  expect(long.turns).toBe(ENTRY_FILE_LIMIT_BYTES / BYTES_A_TURN - 1);
});

test("more lines than there can be accounts are refused", async () => {
  await expect(linesOf("\n".repeat(MAX_ENTRIES + 1))).rejects.toThrow(BrokenSourceError);
  expect((await linesOf("\n".repeat(MAX_ENTRIES))).lines).toHaveLength(MAX_ENTRIES);
});

test("what is too large, or no file, is refused", async () => {
  using tree = new TempTree({ "/large": "" });
  truncateSync(`${tree.folder}/large`, ENTRY_FILE_LIMIT_BYTES + 1);
  mkdirSync(`${tree.folder}/folder`);
  for (const path of ["/large", "/folder"]) {
    await expect(eachEntry(tree.folder + path, () => {})).rejects.toThrow(BrokenSourceError);
  }
});
