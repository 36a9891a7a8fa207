import { describe, expect, test } from "bun:test";
import { age, bar, row, section, table } from "../../../src/web/page/elements.ts";
import { html } from "../../../src/web/page/html.ts";

describe("a table", () => {
  const columns = [{ heading: "User" }, { heading: html`<b>CPU</b>`, look: "number" as const }];

  test("scrolls by keyboard, has a name, and headings that look like their cells", () => {
    const { text } = table("Users & more", columns, [row(columns, ["alice", 7])]);
    expect(text).toContain('tabindex="0" role="region" aria-label="Users &amp; more"');
    expect(text).toContain('<th scope="col" class="">User</th>');
    expect(text).toContain('<th scope="col" class="number"><b>CPU</b></th>');
    expect(text).toContain('<td class="">alice</td>');
    expect(text).toContain('<td class="number">7</td>');
  });

  test("a row escapes its cells and can be of a kind; more cells than columns look plain", () => {
    const { text } = row(columns, ["<a>", 0, "more"], "member");
    expect(text).toStartWith('<tr class="member">');
    const cells = Array.from(text.matchAll(/<td class="([^"]*)">(.*?)<\/td>/g), (m) => [
      m[1],
      m[2],
    ]);
    expect(cells).toEqual([
      ["", "&lt;a&gt;"],
      ["number", "0"],
      ["", "more"],
    ]);
  });
});

describe("a bar", () => {
  test.each([
    [0.25, "0.250"],
    [-1, "0.000"],
    [0, "0.000"],
    [1, "1.000"],
    [7, "1.000"],
  ])("of %p is drawn as %s", (share, value) => {
    expect(bar("CPU of <b>", share, "x").text).toContain(`value="${value}"`);
  });

  test("says in words what it draws, for those who do not see it too", () => {
    const { text } = bar("CPU of <b>", 0.5, "50 %", 0.9);
    expect(text).toContain('aria-label="CPU of &lt;b&gt;"');
    expect(text).toContain('high="0.9"');
    expect(text.match(/50 %/g)).toHaveLength(2);
    expect(bar("a", 0.5, "x").text).toContain('high="1"');
  });
});

describe("an age", () => {
  test("is short, with the full time behind it", () => {
    const { text } = age(-200_000, 1000);
    expect(text).toMatch(/<time datetime="1969-12-29T16:26:40.000Z" title="1969-12-\d\d .*"/);
    expect(text).toMatch(/>2 d<\/time\s*>$/);
  });

  test("of a time that no calendar has is not known", () => {
    expect(age(Number.NaN, 0).text).toBe("–");
    expect(age(1e18, 0).text).toBe("–");
  });
});

test("a section has its title and content, and is left out without content", () => {
  const { text } = section("users", "Users & more", html`<p>x</p>`)!;
  expect(text).toContain('<section id="users">');
  expect(text).toContain("<h2>Users &amp; more</h2>");
  expect(text).toContain("<p>x</p>");
  expect(section("users", "Users", undefined)).toBeUndefined();
});
