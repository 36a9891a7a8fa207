/**
 * Rules that hold for all of src/, checked by reading it. Each is tried on violations, too: one is planted
 * in the files in memory, and the same check has to find it.
 */
import { describe, expect, test } from "bun:test";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { importFault, loadedBy } from "./helpers/import_rules.ts";
import { doesAnything, withoutSource, withoutTest } from "./helpers/mirrored_tests.ts";
import {
  type SourceFile,
  importsOf,
  inlinePathsOf,
  startsOf,
  withoutComments,
} from "./helpers/source_text.ts";

const SRC = join(import.meta.dir, "../src");
const TESTS = readdirSync(import.meta.dir, { recursive: true, encoding: "utf8" }).filter((name) =>
  name.endsWith(".test.ts"),
);
const LONGEST_FILE = 250;
/** The version is printed by few files. */
const MOST_LOADED = 12;

/** The only file that may start a child process, and the only one that may open files. */
const GETENT = "sources/accounts/getent_child.ts";
const OPENER = "sources/descriptors.ts";
/** It reads the exporter's own process, which no rootfs changes. */
const OWN_PROCESS = "collectors/runtime/self.ts";

const LOADED_MODULES = new Set(["../package.json", "node:fs"]);

function versionFaults(files: readonly SourceFile[]): string[] {
  const loaded = [...loadedBy("main.ts", files)];
  const faults = loaded.filter((name) => !name.endsWith(".ts") && !LOADED_MODULES.has(name));
  return loaded.length > MOST_LOADED ? [...faults, `${loaded.length} files`] : faults;
}

function getentFaults({ name, text }: SourceFile): string[] {
  if (name !== GETENT) return [];
  const code = withoutComments(text);
  const faults: string[] = [...(code.match(/shell|\bargv0\b|\bcmd\b/g) ?? [])];
  if (code.match(/\bspawn\b/g)?.length !== 1) faults.push("spawns more than once, or never");
  if (!code.includes('Bun.spawn(["getent", "--", database, key], {')) faults.push("no getent");
  return faults;
}

/** What the check of one file finds, file by file. */
const inEach = (check: (file: SourceFile) => string[]) => (files: readonly SourceFile[]) =>
  files.flatMap((file) => check(file).map((fault) => `${file.name}: ${fault}`));

const found = (pattern: RegExp, text: string): string[] =>
  withoutComments(text).match(pattern)?.slice(0, 1) ?? [];

const OPENS = /\b(?:open|opendir|close|readdir|readFile)Sync\b|\bBun\.file\b|node:fs\/promises/;

interface Rule {
  name: string;
  /** What breaks it in all files of src/: none. */
  check: (files: readonly SourceFile[]) => string[];
  /** Lines that break it, each behind the end of a file; the file is made where there is none. */
  planted: [file: string, line: string][];
  /** Texts that break it when they are put in the place of others. */
  replaced?: [file: string, text: string, by: string][];
}

const RULES: Rule[] = [
  {
    name: "nothing but getent_child.ts starts a child process",
    check: inEach(({ name, text }) => (name === GETENT ? [] : startsOf(text))),
    planted: [
      'import { spawn } from "node:child_process";',
      'import cp from "child_process";',
      'Bun.spawn(["who"]);',
      "await Bun.$`who`;",
      'Bun["spa" + "wn"](["who"]);',
      "const { spawnSync } = Bun;",
      'import { dlopen } from "bun:ffi";',
      'process.binding("spawn_sync");',
      'new Worker("sh.js");',
      'const cp = await import("node:child_process");',
      'await import("./" + name);',
      'require("child_process");',
      'eval("1");',
      'const url = "http://x"; spawn();',
    ].map((line) => ["model/accounts.ts", line]),
  },
  {
    name: "getent_child.ts starts getent and nothing else",
    check: inEach(getentFaults),
    planted: [
      [GETENT, 'Bun.spawn(["getent", "--", "hosts", "x"]);'],
      [GETENT, "const options = { shell: true };"],
      [GETENT, 'const options = { argv0: "sh" };'],
      [GETENT, 'const options = { cmd: ["sh"] };'],
    ],
    replaced: [
      [GETENT, '["getent", "--", database, key]', '["sh", "-c", key]'],
      [GETENT, '["getent", "--", database, key]', '["getent", database, key]'],
    ],
  },
  {
    name: "--version loads a few files, and of the runtime's modules node:fs",
    check: versionFaults,
    planted: [
      ["main.ts", 'import "node:path";'],
      ["cli/version.ts", 'import { gzipSync } from "node:zlib";'],
      ["main.ts", 'import { serve } from "./web/server.ts";'],
    ],
  },
  {
    name: "only descriptors.ts opens files, with a reserve where clients have taken all descriptors",
    check: inEach(({ name, text }) => (name === OPENER ? [] : found(OPENS, text))),
    planted: [
      ["sources/root.ts", 'const fd = openSync("x");'],
      ["sources/root.ts", 'for (const name of readdirSync("x")) use(name);'],
      ["sources/root.ts", 'const text = readFileSync("x", "utf8");'],
      ["sources/root.ts", "closeSync(fd);"],
      ["web/page/page.ts", 'const text = await Bun.file("x").text();'],
      ["model/accounts.ts", 'import { open } from "node:fs/promises";'],
    ],
  },
  {
    name: "imports run in one direction, from folders and modules on the list",
    check: inEach(({ name, text }) =>
      importsOf(text).flatMap((imported) => {
        const fault = importFault(name, imported);
        return fault === undefined ? [] : [`imports ${imported}, which ${fault}`];
      }),
    ),
    planted: [
      ["sources/root.ts", 'import { a } from "../model/b.ts";'],
      ["sources/root.ts", 'import type { A } from "../model/b.ts";'],
      ["sources/root.ts", 'export { a } from "../model/b.ts";'],
      ["sources/root.ts", 'import {\n  a,\n  type B,\n} from "../model/b.ts";'],
      ["metrics/render.ts", 'import "../collectors/b.ts";'],
      ["model/sessions/join.ts", 'import { a } from "../../collectors/b.ts";'],
      ["sources/messages/su.ts", 'import { statSync } from "node:fs";'],
      ["sources/messages/su.ts", 'import { stat } from "node:fs/promises";'],
      ["sources/messages/su.ts", 'import { a } from "../proc/b.ts";'],
      ["config.ts", 'import { a } from "./cli/a.ts";'],
      ["log.ts", 'import { a } from "./sources/a.ts";'],
      ["web/server.ts", 'import { a } from "../main.ts";'],
      ["cli/flags.ts", 'import { a } from "../../test/b.ts";'],
      ["cli/flags.ts", 'import leftPad from "left-pad";'],
      ["web/node/listener.ts", 'import { connect } from "node:tls";'],
    ],
  },
  {
    name: `no file has more than ${LONGEST_FILE} lines`,
    check: inEach(({ text }) => {
      const lines = text.split("\n").length - 1;
      return lines > LONGEST_FILE ? [`${lines} lines`] : [];
    }),
    planted: [["sources/new.ts", "//\n".repeat(LONGEST_FILE + 1)]],
  },
  {
    name: "only sources read /proc, but for the exporter's own process",
    check: inEach(({ name, text }) =>
      name.startsWith("sources/") || name === OWN_PROCESS ? [] : found(/["'`]\/proc\b/, text),
    ),
    planted: [
      ["model/usage/usage.ts", 'const STAT = "/proc/stat";'],
      ["collectors/processes.ts", "const path = `/proc/${pid}/stat`;"],
    ],
  },
  {
    name: "a path of the host stands in a source's descriptor, or in a constant of the file that reads it",
    check: inEach(({ text }) => inlinePathsOf(text)),
    planted: [
      ["sources/root.ts", 'function f() {\n  return root.path("/etc/hostname");\n}'],
      ["sources/root.ts", "function f() {\n  return root.path(`/dev/${name}`);\n}"],
      ["sources/root.ts", 'function f() {\n  return root.proc("net/tcp");\n}'],
      ["sources/root.ts", 'const read = () => openFile("/proc/net/tcp");'],
    ],
  },
  {
    name: "what does anything has a test under its own path",
    check: (all) => withoutTest(all, TESTS),
    planted: [
      ["model/new.ts", "export const twice = (n: number) => 2 * n;"],
      ["web/new.ts", "export const NAMES = new Set(names);"],
      ["collectors/runtime/build_info.ts", "export class Build {\n  name() {}\n}"],
    ],
  },
];

const files: SourceFile[] = readdirSync(SRC, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts"))
  .map((name) => ({ name, text: readFileSync(join(SRC, name), "utf8") }));

/** The files of src/ with one more fault. */
function plant(name: string, change: (text: string) => string): SourceFile[] {
  const text = change(files.find((file) => file.name === name)?.text ?? "");
  return [...files.filter((file) => file.name !== name), { name, text }];
}

test("there is something to check", () => {
  expect(files.length).toBeGreaterThan(80);
  expect(files.flatMap(({ text }) => importsOf(text)).length).toBeGreaterThan(200);
});

describe.each(RULES)("$name", ({ check, planted, replaced = [] }) => {
  test("in src/", () => {
    expect(check(files)).toEqual([]);
  });

  test.each(planted)("is broken by planted violation %# in %s", (file, line) => {
    expect(check(plant(file, (text) => `${text}\n${line}\n`))).not.toEqual([]);
  });

  test.each(replaced)("is broken by replaced text %# in %s", (file, text, by) => {
    expect(check(plant(file, (whole) => whole.replace(text, by)))).not.toEqual([]);
  });
});

describe("a test in a folder of src/ is of a file there", () => {
  test("in test/", () => {
    expect(withoutSource(TESTS, files)).toEqual([]);
  });

  test.each([
    "model/orphan.test.ts",
    "model/sessions/accounts.test.ts",
    "sources/logs/text/followers.test.ts",
  ])("%s is of none", (orphan) => {
    expect(withoutSource([...TESTS, orphan], files)).toEqual([orphan]);
  });
});

describe("no rule forbids", () => {
  test("types, constants and tables without a test", () => {
    const text =
      'import { A } from "./a.ts";\nexport interface B {\n  f(): void;\n}\nexport const C = { A, d: "f()" } as const;';
    expect(doesAnything({ name: "a.ts", text })).toBe(false);
  });

  test("words in comments", () => {
    expect(startsOf("// spawn\n/* child_process\n Bun.$ */\nconst x = /a/.exec(y);")).toEqual([]);
    expect(found(OPENS, "// openSync")).toEqual([]);
    expect(inlinePathsOf('/** "/proc/stat" */')).toEqual([]);
  });

  test.each([
    ["sources/messages/a.ts", "../ip_address.ts"],
    ["model/a.ts", "../sources/logs/journal/b.ts"],
    ["sources/logs/journal/a.ts", "../../b.ts"],
    ["sources/a.ts", "../log.ts"],
    ["cli/version.ts", "../../package.json"],
    ["web/node/modules.ts", "node:tls"],
  ])("that %s imports %s", (file, imported) => {
    expect(importFault(file, imported)).toBeUndefined();
  });

  test("paths in descriptors and constants", () => {
    expect(
      inlinePathsOf('export const A = {\n  paths: ["/run/utmp"],\n};\nconst B = "/etc/TZ";'),
    ).toEqual([]);
    expect(inlinePathsOf("function f() {\n  return root.proc(`${pid}/stat`);\n}")).toEqual([]);
  });
});
