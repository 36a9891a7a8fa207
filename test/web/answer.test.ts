import { describe, expect, test } from "bun:test";
import { Answer, plain } from "../../src/web/answer.ts";

describe("an answer", () => {
  test("is not for caches, unless its headers say so", () => {
    const content = new Blob(["x"]);
    const cacheOf = (headers: Record<string, string>) =>
      new Answer(content, { headers }).headers.get("cache-control");
    expect(cacheOf({})).toBe("no-store");
    expect(cacheOf({ "Cache-Control": "max-age=60" })).toBe("max-age=60");
  });

  test("keeps the very Blob it was made of, also when its body was read", async () => {
    const content = new Blob(["a body"]);
    const answer = new Answer(content, { status: 202, headers: {} });
    expect(answer.status).toBe(202);
    expect(await answer.text()).toBe("a body");
    expect(answer.content).toBe(content);
  });

  test("in plain text is UTF-8 and good, with more headers where they are given", async () => {
    const answer = plain("größer\n");
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toBe("text/plain; charset=utf-8");
    expect(await answer.text()).toBe("größer\n");
    const refused = plain("no\n", 405, { Allow: "GET" });
    expect([refused.status, refused.headers.get("allow")]).toEqual([405, "GET"]);
  });
});
