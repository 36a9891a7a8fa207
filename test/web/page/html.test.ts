import { expect, test } from "bun:test";
import { Html, html } from "../../../src/web/page/html.ts";

test("what is inserted is escaped, in text and in attributes", () => {
  const evil = `<b a="x" b='y'>&`;
  expect(html`<p title="${evil}">${evil}</p>`.text).toBe(
    '<p title="&lt;b a=&quot;x&quot; b=&#x27;y&#x27;&gt;&amp;">&lt;b a=&quot;x&quot; b=&#x27;y&#x27;&gt;&amp;</p>',
  );
});

test("HTML inside HTML is escaped once", () => {
  const cell = html`<td>${"&"}</td>`;
  expect(html`<p>${cell}</p>`.text).toBe("<p><td>&amp;</td></p>");
  const cells = [cell, new Html("<td></td>")];
  expect(html`<p>${cells}</p>`.text).toBe("<p><td>&amp;</td>\n<td></td></p>");
});

test("undefined inserts nothing, 0 inserts 0", () => {
  expect(html`[${undefined}|${0}|${""}]`.text).toBe("[|0|]");
});

test("a backslash of the template stays", () => {
  expect(html`${"a\\n"}`.text).toBe("a\\n");
});
