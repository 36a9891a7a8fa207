/** Whether test/ mirrors src/: the test of `src/model/accounts.ts` is `test/model/accounts.test.ts`. */
import type { SourceFile } from "./source_text.ts";

const transpiler = new Bun.Transpiler({ loader: "ts", deadCodeElimination: false });

/** False for types, constants and tables alone: what is left without types calls and defines nothing. */
export function doesAnything({ name, text }: SourceFile): boolean {
  if (name.endsWith(".d.ts")) return false;
  const code = transpiler.transformSync(text);
  return /\(|=>/.test(
    code.replace(/"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`|\/\*[\s\S]*?\*\/|\/\/.*/g, ""),
  );
}

/** The files that do something and have no test of their own. */
export function withoutTest(files: readonly SourceFile[], tests: readonly string[]): string[] {
  const tested = new Set(tests);
  return files
    .filter((file) => !tested.has(testOf(file.name)) && doesAnything(file))
    .map(({ name }) => `${name}: no test/${testOf(name)}`);
}

/**
 * The tests in a folder of src/ that are of no file there. One of a certain side of a file has the file's
 * name and more: `follower_race.test.ts`, `join_hosts.test.ts`.
 */
export function withoutSource(tests: readonly string[], files: readonly SourceFile[]): string[] {
  const sources = new Set(files.map(({ name }) => name));
  const folders = new Set(files.map(({ name }) => name.split("/")[0]!));
  return tests.filter((test) => {
    if (!test.includes("/") || !folders.has(test.split("/")[0]!)) return false;
    const words = test.slice(0, -".test.ts".length).split("_");
    return !words.some((_, i) => sources.has(`${words.slice(0, i + 1).join("_")}.ts`));
  });
}

function testOf(source: string): string {
  return source.replace(/\.ts$/, ".test.ts");
}
