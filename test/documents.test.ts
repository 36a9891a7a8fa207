/** What the documents name is there: files, make's targets, links, commits. */
import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { FLAGS } from "../src/cli/flags.ts";

const PROJECT = resolve(import.meta.dir, "..");
const DOCUMENTS = [
  "README.md",
  "METRICS.md",
  "ARCHITECTURE.md",
  "CONTRIBUTING.md",
  "SECURITY.md",
  ...new Bun.Glob("examples/**/*.md").scanSync(PROJECT),
].sort();

/** `NAME`s that stand for any name. */
const PLACEHOLDER = /[A-Z]{3,}|\*/;

const read = (path: string) => readFileSync(join(PROJECT, path), "utf8");
const ours = ["src", "test", "scripts"].flatMap((folder) =>
  readdirSync(join(PROJECT, folder), { recursive: true, encoding: "utf8" }).map(
    (path) => `${folder}/${path}`,
  ),
);
const basenames = new Set(ours.map((path) => basename(path)));

/** Whether a path is there as it is written, below src/, or as the name of any file of ours. */
function isThere(path: string): boolean {
  const bare = path.replace(/\/$/, "");
  return (
    existsSync(join(PROJECT, bare)) ||
    existsSync(join(PROJECT, "src", bare)) ||
    (!bare.includes("/") && basenames.has(bare)) ||
    // `proc/`, in a list of the folders of sources/.
    ours.some((known) => known.startsWith("src/") && known.endsWith(`/${bare}`))
  );
}

/** As the forges make one of a heading. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\w\- ]/g, "")
    .replaceAll(" ", "-");
}

function anchorsOf(document: string): Set<string> {
  const headings = read(document).matchAll(/^#+ (.+)$/gm);
  return new Set(Array.from(headings, ([, heading]) => anchorOf(heading!)));
}

describe.each(DOCUMENTS)("%s", (document) => {
  const text = read(document);

  test("names files that are there", () => {
    const named = Array.from(
      text.matchAll(/`([\w./-]+\.(?:ts|sh|json|yml))`/g),
      ([, path]) => path!,
    );
    const wanted = named.filter((path) => !path.startsWith("/") && !PLACEHOLDER.test(path));
    const beside = (path: string) => existsSync(join(PROJECT, dirname(document), path));
    expect(wanted.filter((path) => !isThere(path) && !beside(path))).toEqual([]);
  });

  test("links to what is there", () => {
    const links = Array.from(text.matchAll(/\]\(([^)#]+)(#[^)]*)?\)/g), ([, link]) => link!);
    const local = links.filter((link) => !/^https?:/.test(link));
    expect(local.filter((link) => !existsSync(join(PROJECT, dirname(document), link)))).toEqual([]);
  });

  test("links to headings that are there", () => {
    const links = Array.from(text.matchAll(/\]\(([^)#:]*)#([^)]+)\)/g), ([, path, anchor]) => {
      return { target: path ? join(dirname(document), path) : document, anchor: anchor! };
    });
    expect(links.filter(({ target, anchor }) => !anchorsOf(target).has(anchor))).toEqual([]);
  });

  test("names make's targets", () => {
    const targets = new Set(
      Array.from(read("Makefile").matchAll(/^([a-z0-9-]+):/gm), ([, name]) => name),
    );
    const named = Array.from(text.matchAll(/(?:`|^)make ([a-z][a-z0-9-]*)/gm), ([, name]) => name!);
    expect(named.filter((name) => !targets.has(name))).toEqual([]);
  });
});

test("the flags that documents and examples name are the program's", () => {
  const examples = [...new Bun.Glob("examples/**/*").scanSync(PROJECT)];
  const texts = [...DOCUMENTS, ...examples.filter((path) => !path.endsWith(".png"))];
  expect(texts.length).toBeGreaterThan(30);
  const named = texts.flatMap((path) =>
    // The man page has a backslash before each dash.
    Array.from(
      read(path)
        .replaceAll("\\-", "-")
        .matchAll(/--(?:no-)?([a-z]+\.[a-z]+[a-z.-]*[a-z])/g),
      ([, flag]) => ({ path, flag: flag! }),
    ),
  );
  expect(new Set(named.map(({ flag }) => flag)).size).toBeGreaterThan(20);
  // "--collector.NAME" and "--users.*" stand for several.
  expect(named.filter(({ flag }) => !(flag in FLAGS))).toEqual([]);
});

test("METRICS.md lists the metrics that there are", () => {
  const text = (glob: string) => [...new Bun.Glob(glob).scanSync(PROJECT)].map(read).join("");
  const source = text("src/collectors/**/*.ts");
  const definitions = source.matchAll(/(?:gauge|[cC]ounter|histogram)\(\s*"(\w+)"/g);
  const defined = Array.from(definitions, ([, name]) => name!);
  expect(defined.length).toBeGreaterThan(40);
  const list = read("METRICS.md").split(/^## /m)[1]!;
  const words = new Set(Array.from(list.matchAll(/`(\w+)`/g), ([, word]) => word!));
  expect(defined.filter((name) => !words.has(name))).toEqual([]);
  // The rest are labels and their values.
  const known = source + text("test/golden/*.prom");
  const isKnown = (word: string) => new RegExp(`\\b${word}\\b`).test(known);
  expect([...words].filter((word) => !isKnown(word))).toEqual([]);
});

test("the commits that CONTRIBUTING.md tells to look at exist", () => {
  const commits = Array.from(
    read("CONTRIBUTING.md").matchAll(/commit ([0-9a-f]{7,})/g),
    ([, id]) => id!,
  );
  expect(commits.length).toBeGreaterThan(2);
  const git = (...words: string[]) =>
    Bun.spawnSync(["git", "-c", "safe.directory=*", ...words], { cwd: PROJECT });
  const shallow = git("rev-parse", "--is-shallow-repository");
  // A source archive and a shallow clone have no history to look at.
  if (!shallow.success || shallow.stdout.toString().trim() === "true") return;
  expect(commits.filter((id) => !git("cat-file", "-e", `${id}^{commit}`).success)).toEqual([]);
});
