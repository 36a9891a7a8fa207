import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { packageContents } from "../../../scripts/debian/contents.ts";

const DOC = "usr/share/doc/user-sessions-exporter/";

// The changelog is made, so it is in no list; the executable is not needed for this.
const files = packageContents("README.md");
const targets = new Set([...files.map(({ target }) => target), `${DOC}changelog.gz`]);
const documents = files.filter(({ target }) => target.endsWith(".md"));

test("the documents are in the package", () => {
  const names = documents.map(({ target }) => target.replace(DOC, ""));
  for (const name of ["README.md", "METRICS.md", "ARCHITECTURE.md", "SECURITY.md"]) {
    expect(names).toContain(name);
  }
  expect(names).toContain("examples/MIGRATION.md");
});

test.each(documents.map((file) => [file.target.replace(DOC, ""), file] as const))(
  "%s links to what is in the package",
  (_, { source, target, edit = (text: string) => text }) => {
    const text = edit(readFileSync(source, "utf8"));
    const links = Array.from(text.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g), ([, link]) => link!);
    const local = links.filter((link) => !/^https?:/.test(link));
    expect(local.filter((link) => !targets.has(join(dirname(target), link)))).toEqual([]);
  },
);
