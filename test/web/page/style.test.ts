import { expect, test } from "bun:test";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { FAVICON, PAGE_STYLE } from "../../../src/web/page/style.ts";

test("loads nothing from elsewhere, and can't end the element that it stands in", () => {
  expect(PAGE_STYLE).not.toMatch(/url\(|@import|<|https?:/);
});

test("closes each block, and knows each color that it uses", () => {
  const count = (piece: string) => PAGE_STYLE.split(piece).length;
  expect(count("{")).toBe(count("}"));
  const named = (pattern: RegExp) =>
    [...new Set(Array.from(PAGE_STYLE.matchAll(pattern), ([, name]) => name!))].sort();
  expect(named(/var\((--[\w-]+)\)/g)).toEqual(named(/(--[\w-]+):/g));
  // Each of them in light and in dark.
  for (const name of named(/(--[\w-]+):/g)) expect(count(`${name}:`)).toBe(3);
});

test("has a rule for each class of the page, and for none that is gone", () => {
  const folder = join(import.meta.dir, "../../../src/web/page");
  const sources = readdirSync(folder).filter((name) => name !== "style.ts");
  const text = sources.map((name) => readFileSync(join(folder, name), "utf8")).join("\n");
  const used = Array.from(
    text.matchAll(/(?:class|look)\??[=:] ?"([\w ]+)"/g),
    ([, names]) => names!,
  );
  const styled = Array.from(PAGE_STYLE.matchAll(/\.([a-z]+)/g), ([, name]) => name!);
  for (const name of new Set(used.join(" ").split(" "))) expect(styled).toContain(name);
  for (const name of new Set(styled)) expect(text).toMatch(new RegExp(`["' ]${name}["' ]`));
});

test("the picture for the tab is one well-formed SVG, inside its address", () => {
  const [type, picture] = FAVICON.split(",");
  expect(type).toBe("data:image/svg+xml");
  expect(picture).toMatch(/^[\w.!~*'()%-]+$/);
  expect(decodeURIComponent(picture!)).toMatch(
    /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg".*<\/svg>$/,
  );
});
