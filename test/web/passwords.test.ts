import { describe, expect, test } from "bun:test";
import { Passwords, parseBasic } from "../../src/web/passwords.ts";

const basic = (user: string, password: string) => `Basic ${btoa(`${user}:${password}`)}`;

/** Hashes at the lowest cost, so that tests are quick. */
const hash = (password: string) => Bun.password.hash(password, { algorithm: "bcrypt", cost: 4 });

const flush = () => new Promise((resolve) => setImmediate(resolve));

/** Counts what is checked, and lets the test decide when a check ends. */
function slow() {
  const checks: { password: string; hash: string; end: (fits: boolean) => void }[] = [];
  const passwords = new Passwords((password, against) => {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    checks.push({ password: Buffer.from(password).toString(), hash: against, end: resolve });
    return promise;
  });
  return { checks, passwords };
}

const USERS = new Map([
  ["alice", "$2y$04$aaaa"],
  ["bob", "$2y$12$bbbb"],
]);

describe("Passwords", () => {
  test("tells right from wrong", async () => {
    const users = new Map([
      ["alice", await hash("secret")],
      ["bob", (await hash("päss")).replace("$2b$", "$2y$")],
    ]);
    const passwords = new Passwords();
    const check = (header: string | null) => passwords.check(users, header, "10.0.0.1");
    expect(await check(basic("alice", "secret"))).toBe("right");
    expect(await check(`basic ${Buffer.from("bob:päss").toString("base64")}`)).toBe("right");
    for (const header of [
      null,
      "",
      basic("alice", "Secret"),
      basic("alice", ""),
      basic("bob", "secret"),
      basic("carol", "secret"),
      basic("carol", "fakepassword"),
      basic("", ""),
      `Bearer ${btoa("alice:secret")}`,
      "Basic",
      "Basic !!!",
      `Basic ${btoa("alice")}`,
    ]) {
      expect(await check(header)).toBe("wrong");
    }
  });

  test("a password longer than bcrypt looks at is cut, as other programs cut it", async () => {
    const users = new Map([["alice", await hash("x".repeat(72))]]);
    const verdict = new Passwords().check(users, basic("alice", "x".repeat(100)), "a");
    expect(await verdict).toBe("right");
  });

  test("a result is remembered, a changed hash is checked anew", async () => {
    const { checks, passwords } = slow();
    for (const [password, fits] of [
      ["secret", true],
      ["guess", false],
    ] as const) {
      const first = passwords.check(USERS, basic("alice", password), "a");
      checks.at(-1)!.end(fits);
      expect(await first).toBe(fits ? "right" : "wrong");
      const count = checks.length;
      expect(await passwords.check(USERS, basic("alice", password), "b")).toBe(await first);
      expect(checks.length).toBe(count);
    }
    void passwords.check(new Map([["alice", "$2y$04$cccc"]]), basic("alice", "secret"), "a");
    expect(checks.at(-1)!.hash).toBe("$2y$04$cccc");
  });

  test("an unknown user costs a check at the cost of a known one, always the same", async () => {
    const costs = new Set<string>();
    for (let i = 0; i < 40; i++) {
      const { checks, passwords } = slow();
      void passwords.check(USERS, basic(`nobody${i}`, "x"), "a");
      expect(checks).toHaveLength(1);
      expect(checks[0]!.hash).toHaveLength(60);
      costs.add(checks[0]!.hash.slice(0, 7));
      checks[0]!.end(true);
    }
    expect([...costs].sort()).toEqual(["$2y$04$", "$2y$12$"]);
    const { checks, passwords } = slow();
    void passwords.check(USERS, basic("nobody", "x"), "a");
    const first = checks[0]!.hash;
    checks[0]!.end(true);
    await flush();
    void passwords.check(USERS, basic("nobody", "y"), "a");
    expect(checks[1]!.hash).toBe(first);
  });

  test("one check runs at a time, and equal ones are one", async () => {
    const { checks, passwords } = slow();
    const same = [1, 2, 3].map(() => passwords.check(USERS, basic("alice", "secret"), "a"));
    const other = passwords.check(USERS, basic("alice", "guess"), "a");
    expect(checks).toHaveLength(1);
    checks[0]!.end(true);
    expect(await Promise.all(same)).toEqual(["right", "right", "right"]);
    await flush();
    expect(checks).toHaveLength(2);
    checks[1]!.end(false);
    expect(await other).toBe("wrong");
  });

  test("a flood of guesses from one address holds another up by the one that runs", async () => {
    const { checks, passwords } = slow();
    const guesses = Array.from({ length: 100 }, (_, i) =>
      passwords.check(USERS, basic("alice", `guess${i}`), "flood"),
    );
    const right = passwords.check(USERS, basic("alice", "secret"), "scraper");
    checks[0]!.end(false);
    await flush();
    expect(checks[1]!.password).toBe("secret");
    checks[1]!.end(true);
    expect(await right).toBe("right");
    // What came too thick was not even queued.
    expect((await Promise.all(guesses.slice(20))).every((verdict) => verdict === "busy")).toBe(
      true,
    );
  });

  test("a flood of wrong guesses makes no right password forgotten", async () => {
    const { checks, passwords } = slow();
    const right = passwords.check(USERS, basic("alice", "secret"), "scraper");
    checks[0]!.end(true);
    await right;
    for (let i = 0; i < 1_000; i++) {
      const guess = passwords.check(USERS, basic("alice", `guess${i}`), "flood");
      checks.at(-1)!.end(false);
      await guess;
      await flush();
    }
    expect(await passwords.check(USERS, basic("alice", "secret"), "scraper")).toBe("right");
    expect(checks).toHaveLength(1_001);
  });

  test("a check that fails is the asker's error, and the next one goes on", async () => {
    let count = 0;
    const passwords = new Passwords(() =>
      count++ === 0 ? Promise.reject(new Error("no memory")) : Promise.resolve(true),
    );
    const asked = passwords.check(USERS, basic("alice", "secret"), "a");
    await expect(asked).rejects.toThrow("no memory");
    expect(await passwords.check(USERS, basic("alice", "secret"), "a")).toBe("right");
  });
});

describe("parseBasic", () => {
  test("the password may hold colons, the name none", () => {
    expect(parseBasic(basic("a", "b:c"))).toMatchObject({ user: "a", password: "b:c" });
    expect(parseBasic(basic("", ":"))).toMatchObject({ user: "", password: ":" });
  });
});
