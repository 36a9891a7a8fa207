/** Rules that hold for all of src/, checked by reading it. */
import { describe, expect, test } from "bun:test";
import { readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";

const SRC = join(import.meta.dir, "../src");
const LONGEST_FILE = 250;

/** The only file that may start a child process. */
const GETENT = "sources/accounts/getent_child.ts";

/** A file imports only from its own folder and those to its left. */
const FOLDERS = ["sources", "model", "metrics", "collectors", "web", "cli", "main.ts"];

/** They stand outside that order: everybody may import them, and they import nobody else. */
const SHARED = new Set(["config.ts", "format.ts", "log.ts", "standard_streams.ts"]);

/** Whatever else can be imported; none of it can start a process or load native code. */
const MODULES = new Set([
  "bun:sqlite",
  "citty",
  "node:fs",
  "node:fs/promises",
  "node:path",
  "prom-client/lib/registry.js",
  "../package.json",
]);

/** What takes megabytes is imported when it is asked for, here; elsewhere only its types are. */
const LAZY = "web/node/modules.ts";
const LAZY_MODULES = new Set(["node:http", "node:http2", "node:net", "node:tls"]);

const STARTS_A_PROCESS = [
  /child_process/,
  /\bspawn(Sync)?\b/,
  /\b(execSync|execFile|execFileSync|fork)\b/,
  /\bBun\s*\.\s*(\$|(spawn|spawnSync|cc|plugin|openInEditor|Terminal)\b)/,
  /\bBun\s*\[/,
  /bun:(ffi|jsc|internal)/,
  /\bprocess\s*\.\s*(binding|_linkedBinding|dlopen|execve)\b/,
  /\bprocess\s*\[/,
  /\b(dlopen|linkSymbols|CFunction)\b/,
  /\b(Worker|ShadowRealm)\b/,
  /\b(eval|Function)\s*\(/,
  /\brequire\b/,
  /\bimport\s*\((?!"(?:node:(http2?|net|tls)|\.\/[\w/]+\.ts)"\))/,
  /\bimport\.meta\.require\b/,
];

/** The code of a file without its comments; strings stay. */
function withoutComments(text: string): string {
  const tokens = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/g;
  return text.replace(tokens, (token) => (/^\/[/*]/.test(token) ? " " : token));
}

/** What in a file could start a process, as it stands there. */
function startsOf(text: string): string[] {
  const code = withoutComments(text);
  return STARTS_A_PROCESS.map((pattern) => pattern.exec(code)?.[0]).filter(
    (found) => found !== undefined,
  );
}

/** The names that import and export statements take from, those of types too. */
function importsOf(text: string): string[] {
  const statements =
    /\b(?:import|export)\b[^;"']*?\bfrom\s*["']([^"']+)["']|\bimport\s*\(?["']([^"']+)["']/g;
  const types = /\bimport type\b[^;]*?from "node:(http2?|net|tls|stream)";/g;
  return Array.from(
    withoutComments(text).replace(types, "").matchAll(statements),
    ([, from, bare]) => from ?? bare ?? "",
  );
}

/** Parsers of messages are pure: they take text, from whatever log it came. */
const PURE = "sources/messages/";
const PURE_MAY_IMPORT = new Set([
  "sources/escape.ts",
  "sources/ip_address.ts",
  "sources/logs/record.ts",
]);

/** Why a file, named from src/, may not import something; undefined when it may. */
function faultOf(file: string, imported: string): string | undefined {
  const isPure = file.startsWith(PURE);
  if (isPure && imported.startsWith("node:fs")) return "is for sources that read files";
  if (!imported.startsWith(".")) {
    if (LAZY_MODULES.has(imported)) return file === LAZY ? undefined : "is to be loaded late";
    return MODULES.has(imported) ? undefined : "is not on the list";
  }
  const target = join(dirname(file), imported);
  if (isPure && !target.startsWith(PURE) && !PURE_MAY_IMPORT.has(target)) return "reads files";
  if (MODULES.has(target)) return undefined;
  if (SHARED.has(target)) return undefined;
  const [from, to] = [file, target].map((path) => FOLDERS.indexOf(path.split("/")[0]!));
  if (to === -1) return "is outside of the folders";
  return from! >= to! ? undefined : "is to the right";
}

const files = readdirSync(SRC, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts"))
  .map((name) => ({ name, text: readFileSync(join(SRC, name), "utf8") }));

describe("the rules themselves", () => {
  test("there is something to check", () => {
    expect(files.length).toBeGreaterThan(80);
    expect(files.flatMap(({ text }) => importsOf(text)).length).toBeGreaterThan(200);
  });

  test.each([
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
  ])("%s would be found", (line) => {
    expect(startsOf(`const a = "x // y";\n${line}`)).not.toEqual([]);
  });

  test("words in comments are none, code behind strings is", () => {
    expect(startsOf("// spawn\n/* child_process\n Bun.$ */\nconst x = /a/.exec(y);")).toEqual([]);
    expect(startsOf('const url = "http://x"; spawn();')).toEqual(["spawn"]);
  });

  test.each([
    ["sources/a.ts", "../model/b.ts", "is to the right"],
    ["metrics/a.ts", "../collectors/b.ts", "is to the right"],
    ["sources/messages/a.ts", "node:fs", "is for sources that read files"],
    ["sources/messages/a.ts", "node:fs/promises", "is for sources that read files"],
    ["sources/messages/a.ts", "../proc/b.ts", "reads files"],
    ["sources/messages/a.ts", "../ip_address.ts", undefined],
    ["model/sessions/a.ts", "../../collectors/b.ts", "is to the right"],
    ["config.ts", "./cli/a.ts", "is to the right"],
    ["log.ts", "./sources/a.ts", "is to the right"],
    ["web/a.ts", "../main.ts", "is to the right"],
    ["cli/a.ts", "../../test/b.ts", "is outside of the folders"],
    ["cli/a.ts", "node:child_process", "is not on the list"],
    ["cli/a.ts", "left-pad", "is not on the list"],
    ["model/a.ts", "../sources/logs/journal/b.ts", undefined],
    ["sources/logs/journal/a.ts", "../../b.ts", undefined],
    ["sources/a.ts", "../log.ts", undefined],
    ["cli/version.ts", "../../package.json", undefined],
    ["web/node/modules.ts", "node:tls", undefined],
    ["web/node/a.ts", "node:tls", "is to be loaded late"],
  ])("%s imports %s: %p", (file, imported, fault) => {
    expect(faultOf(file, imported)).toBe(fault);
  });

  test("imports of types, of nothing and over several lines are found, and exports", () => {
    const text =
      'import type { A } from "./a.ts";\nimport {\n  b,\n  type C,\n} from "./b.ts";\nimport "./c.ts";\nexport { d } from "./d.ts";\n';
    expect(importsOf(text)).toEqual(["./a.ts", "./b.ts", "./c.ts", "./d.ts"]);
  });
});

describe("src/", () => {
  test("nothing but getent_child.ts can start a child process", () => {
    const starters = files.filter(({ text }) => startsOf(text).length > 0);
    const found = starters.map(({ name, text }) => `${name}: ${startsOf(text).join(", ")}`);
    expect(found).toEqual([`${GETENT}: spawn, Bun.spawn`]);
  });

  test("--version loads a few files, and of the runtime's modules node:fs", () => {
    const loaded = new Set<string>();
    const load = (name: string) => {
      if (loaded.has(name)) return;
      loaded.add(name);
      const text = files.find((file) => file.name === name)?.text ?? "";
      const atOnce = text.replaceAll(/\bimport type [^;]+;|\bimport\([^)]+\)/g, "");
      for (const imported of importsOf(atOnce)) {
        load(imported.startsWith(".") ? join(dirname(name), imported) : imported);
      }
    };
    load("main.ts");
    expect([...loaded].filter((name) => !name.endsWith(".ts"))).toEqual([
      "../package.json",
      "node:fs",
    ]);
    expect(loaded.size).toBeLessThan(12);
  });

  test("getent_child.ts starts getent and nothing else", () => {
    const code = withoutComments(files.find(({ name }) => name === GETENT)!.text);
    expect(code.match(/\bspawn\b/g)).toHaveLength(1);
    expect(code).toContain('Bun.spawn(["getent", "--", database, key], {');
    expect(code).not.toMatch(/shell|\bargv0\b|\bcmd\b/);
  });

  test("only descriptors.ts opens files, with a reserve where clients have taken all descriptors", () => {
    const opens = /\b(?:open|opendir|close|readdir|readFile)Sync\b|\bBun\.file\b|node:fs\/promises/;
    const openers = files
      .filter(({ text }) => opens.test(withoutComments(text)))
      .map(({ name }) => name);
    expect(openers).toEqual(["sources/descriptors.ts"]);
  });

  test("imports run in one direction", () => {
    const faults = files.flatMap(({ name, text }) =>
      importsOf(text).flatMap((imported) => {
        const fault = faultOf(name, imported);
        return fault === undefined ? [] : [`${name} imports ${imported}, which ${fault}`];
      }),
    );
    expect(faults).toEqual([]);
  });

  test("no file is long", () => {
    const long = files
      .map(({ name, text }) => ({ name, lines: text.split("\n").length - 1 }))
      .filter(({ lines }) => lines > LONGEST_FILE);
    expect(long).toEqual([]);
  });

  test("only sources read /proc, but for the exporter's own process", () => {
    const readers = files
      .filter(({ name }) => !name.startsWith("sources/"))
      .filter(({ text }) => /["'`]\/proc\b/.test(withoutComments(text)))
      .map(({ name }) => name);
    expect(readers).toEqual(["collectors/runtime/self.ts"]);
  });
});
