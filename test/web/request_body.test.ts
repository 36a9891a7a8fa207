import { describe, expect, test } from "bun:test";
import { hasBody, refuseBody } from "../../src/web/request_body.ts";

describe("hasBody", () => {
  test.each([
    [{}, false],
    [{ "content-length": "0" }, false],
    [{ "content-length": "00" }, false],
    [{ "content-length": "1" }, true],
    [{ "content-length": "" }, true],
    [{ "content-length": "x" }, true],
    [{ "transfer-encoding": "chunked" }, true],
    [{ "transfer-encoding": "" }, true],
    [{ "content-length": "0", "transfer-encoding": "chunked" }, true],
  ] as [Record<string, string>, boolean][])("%p: %p", (headers, expected) => {
    expect(hasBody((name) => headers[name])).toBe(expected);
    const real = new Headers(headers);
    expect(hasBody((name) => real.get(name))).toBe(expected);
  });
});

test.each([
  ["GET", 400],
  ["HEAD", 400],
  ["POST", 405],
])("%s with a body is %p, and ends the connection", (method, status) => {
  const answer = refuseBody(method);
  expect(answer.status).toBe(status);
  expect(answer.headers.get("connection")).toBe("close");
});
