import { describe, expect, test } from "bun:test";
import { readHttp, readRateLimit, readUsers } from "../../../src/web/config/http.ts";

describe("readHttp", () => {
  test.each([[undefined], [null], [{}], [{ headers: null }]])("%p sets nothing", (value) => {
    expect(readHttp(value)).toEqual({ http2: true, headers: new Map() });
  });

  test("takes headers; one that is blank is not set", () => {
    const { http2, headers } = readHttp({
      http2: false,
      headers: {
        "X-Frame-Options": "deny",
        "X-Content-Type-Options": "nosniff",
        "X-XSS-Protection": 1,
        "Strict-Transport-Security": "max-age=31536000",
        "Content-Security-Policy": null,
      },
    });
    expect(http2).toBe(false);
    expect(Object.fromEntries(headers)).toEqual({
      "X-Frame-Options": "deny",
      "X-Content-Type-Options": "nosniff",
      "X-XSS-Protection": "1",
      "Strict-Transport-Security": "max-age=31536000",
    });
  });

  test.each([
    ["Content-Type", "foo", "Content-Type: can't be set: want one of Content-Security-Policy, "],
    ["toString", "foo", "toString: can't be set"],
    ["x-frame-options", "deny", "x-frame-options: can't be set"],
    ["X-Frame-Options", "foo", 'X-Frame-Options: invalid value "foo": want deny or sameorigin'],
    ["X-Content-Type-Options", "sniff", "X-Content-Type-Options: invalid value"],
    ["X-XSS-Protection", "a\r\nb: c", "X-XSS-Protection: want printable ASCII"],
    ["X-XSS-Protection", "a\0", "X-XSS-Protection: want printable ASCII"],
    ["X-XSS-Protection", "é", "X-XSS-Protection: want printable ASCII"],
  ])("refuses %s: %j", (name, text, reason) => {
    const reading = () => readHttp({ headers: { [name]: text } });
    expect(reading).toThrow(`http_server_config.headers.${reason}`);
  });

  test("refuses a switch that is none", () => {
    expect(() => readHttp({ http2: "maybe" })).toThrow("http_server_config.http2: want true or");
  });
});

describe("readRateLimit", () => {
  test.each([
    ["1s", 1000],
    ["0.5s", 500],
    [".5s", 500],
    ["100ms", 100],
    ["1m30s", 90_000],
    ["1h0m1.5s", 3_601_500],
    ["250us", 0.25],
    ["250µs", 0.25],
    ["250ns", 0.00025],
    [1_000_000, 1],
  ])("an interval of %s is one of %p ms", (interval, ms) => {
    const limit = readRateLimit({ interval, burst: 5 })!;
    expect(limit.intervalMs).toBeCloseTo(ms, 8);
    expect(limit.burst).toBe(5);
  });

  test.each([[0], ["0s"], [undefined]])("an interval of %p is no limit", (interval) => {
    expect(readRateLimit({ interval, burst: 5 })).toBeUndefined();
  });

  test("without a burst, it is 0", () => {
    expect(readRateLimit({ interval: "1s" })).toEqual({ intervalMs: 1000, burst: 0 });
  });

  test.each([["soon"], ["-1s"], [-1], [1.5], ["1"], ["1s "], ["1d"], ["."], ["s"], [true], [[]]])(
    "an interval of %j is refused",
    (interval) => {
      const reading = () => readRateLimit({ interval });
      expect(reading).toThrow("rate_limit.interval: invalid duration: want for example 1s");
    },
  );

  test("a broken burst is refused", () => {
    const reading = () => readRateLimit({ interval: "1s", burst: 1.5 });
    expect(reading).toThrow("rate_limit.burst: want a whole number");
  });
});

describe("readUsers", () => {
  const REST = "$X0h1gDsPszWURQaxFh.zoubFi6DXncSjhoQNJgRrnGs7EsimhC7zG";

  test("reads the hashes by user, whose name is as it was written", () => {
    const users = readUsers({ alice: `$2y$10${REST}`, "bob: the builder": `$2a$04${REST}` });
    expect([...users.keys()]).toEqual(["alice", "bob: the builder"]);
    expect(users.get("bob: the builder")).toBe(`$2a$04${REST}`);
    expect(readUsers(undefined).size).toBe(0);
  });

  test.each([
    ["a password in clear", "doe"],
    ["another kind of hash", "$6$abc$def"],
    ["no hash", null],
    ["a hash that is cut", `$2y$10${REST}`.slice(0, -1)],
    ["a hash with more behind it", `$2y$10${REST}\n`],
    ["too little work", `$2y$03${REST}`],
    ["more work than bcrypt knows", `$2y$32${REST}`],
  ])("refuses %s, and does not repeat it", (_name, hash) => {
    let said = "";
    try {
      readUsers({ john: hash });
    } catch (error) {
      said = (error as Error).message;
    }
    expect(said).toBe("basic_auth_users.john: want a bcrypt hash, $2y$10$… of 60 characters");
  });

  test("a list is refused", () => {
    expect(() => readUsers(["john"])).toThrow("basic_auth_users: want a mapping");
  });
});
