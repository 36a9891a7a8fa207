/** One parser, run on damaged copies of what real hosts gave it. */
import { expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fuzz, FUZZ_TIMEOUT_MS } from "../helpers/fuzz.ts";
import { mutated } from "../helpers/mutate.ts";

export const FIXTURES = join(import.meta.dir, "../fixtures");

/** Long inputs take longer and teach no more: pieces of them are damaged. */
const PIECE_BYTES = 2_048;

/**
 * A fuzz test of a parser: whatever it is given, it returns, and what it returns is well formed.
 *
 * @param corpus what real hosts hold; see {@link contents}, {@link linesOf} and {@link pieces}
 * @param parse the parser, with its bytes made to what it takes
 */
export function fuzzParser(
  name: string,
  corpus: readonly Uint8Array[],
  parse: (bytes: Buffer) => unknown,
): void {
  test(
    name,
    async () => {
      expect(corpus.length).toBeGreaterThan(0);
      // What is damaged is understood while it is whole.
      expect(corpus.some((bytes) => isSomething(parse(Buffer.from(bytes))))).toBeTrue();
      await fuzz(name, (random) => {
        const bytes = mutated(random, corpus, 16_384);
        try {
          const result = parse(bytes);
          if (result instanceof Promise) return result.then((value) => expectWellFormed(value));
          return expectWellFormed(result);
        } catch (error) {
          throw new Error(`${String(error)} for ${JSON.stringify(bytes.toString("latin1"))}`, {
            cause: error,
          });
        }
      });
    },
    FUZZ_TIMEOUT_MS,
  );
}

/** The whole contents of the fixtures' files that the globs name, from test/fixtures. */
export function contents(...globs: string[]): Buffer[] {
  const paths = globs.flatMap((glob) => [...new Bun.Glob(glob).scanSync(FIXTURES)].sort());
  return paths.map((path) => readFileSync(join(FIXTURES, path)));
}

/** The lines of files, each once and without their ends. */
export function linesOf(files: readonly Buffer[]): Buffer[] {
  const lines = files.flatMap((file) => file.toString("latin1").split("\n"));
  return [...new Set(lines)]
    .filter((line) => line !== "")
    .map((line) => Buffer.from(line, "latin1"));
}

/**
 * Files cut into pieces of 2 KiB or a little more.
 *
 * @param unit the bytes of a record, which no piece cuts
 */
export function pieces(files: readonly Buffer[], unit = 1): Buffer[] {
  const size = Math.ceil(PIECE_BYTES / unit) * unit;
  return files.flatMap((file) =>
    Array.from({ length: Math.ceil(file.length / size) }, (_, i) =>
      file.subarray(i * size, (i + 1) * size),
    ),
  );
}

/** The lines of files, some at a time: a short case is soon run, and what a line may be is in it. */
export function someLines(files: readonly Buffer[], count = 6): Buffer[] {
  return files.flatMap((file) => {
    const lines = file.toString("latin1").split(/(?<=\n)/);
    return Array.from({ length: Math.ceil(lines.length / count) }, (_, i) =>
      Buffer.from(lines.slice(i * count, (i + 1) * count).join(""), "latin1"),
    );
  });
}

/** A file that holds each case in its turn, in a folder that stands for `/`. */
export function fileFor(path: string): { folder: string; put: (bytes: Uint8Array) => void } {
  const folder = mkdtempSync(join(tmpdir(), "fuzz-"));
  const full = join(folder, path);
  Bun.spawnSync(["mkdir", "-p", dirname(full)]);
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  return { folder, put: (bytes) => writeFileSync(full, bytes) };
}

function isSomething(value: unknown): boolean {
  if (value instanceof Promise || value === true) return true;
  if (value instanceof Map || value instanceof Set) return value.size > 0;
  if (Array.isArray(value) || typeof value === "string") return value.length > 0;
  return typeof value === "object" && value !== null;
}

/** Every number in it is one: NaN and infinity would be exported as they are. */
export function expectWellFormed(value: unknown): void {
  if (!isWellFormed(value)) throw new Error(`${pathOfFault(value).join(".")} is no number`);
}

function isWellFormed(value: unknown): boolean {
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return true;
  if (value instanceof Map) {
    for (const [key, item] of value) if (!isWellFormed(key) || !isWellFormed(item)) return false;
  } else if (Array.isArray(value)) {
    for (const item of value) if (!isWellFormed(item)) return false;
  } else {
    for (const key in value) if (!isWellFormed(value[key as never])) return false;
  }
  return true;
}

function pathOfFault(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  const items = value instanceof Map ? [...value] : Object.entries(value);
  const [key, item] = items.find(([, each]) => !isWellFormed(each)) ?? ["a key", undefined];
  return [String(key), ...pathOfFault(item)];
}
