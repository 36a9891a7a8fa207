import { describe, expect, test } from "bun:test";
import { Getent, type GetentQuery, isAnswerTo } from "../../../src/sources/accounts/getent.ts";
import { GetentTimeoutError } from "../../../src/sources/accounts/getent_child.ts";
import { hasTool, isLinux, output } from "../../helpers/system.ts";

const MINUTE_MS = 60_000;

const entryOf = (key: string) => (/^\d+$/.test(key) ? `u${key}:x:${key}:1:::` : `${key}:x:1:1:::`);

/** A getent that answers when the test lets it, and a clock that the test moves. */
function fake(answer: (key: string) => string | undefined = entryOf) {
  const asked: string[] = [];
  const pending: (() => void)[] = [];
  const state = { nowMs: 0, running: 0, mostRunning: 0, isSlow: false };
  const query: GetentQuery = (database, key) => {
    asked.push(`${database} ${key}`);
    state.mostRunning = Math.max(state.mostRunning, ++state.running);
    return new Promise((resolve, reject) => {
      pending.push(() => {
        state.running--;
        if (state.isSlow) reject(new GetentTimeoutError());
        else if (key === "throws") reject(new Error("no getent"));
        else if (key === "short") reject(Object.assign(new Error("EMFILE"), { code: "EMFILE" }));
        else resolve(answer(key));
      });
    });
  };
  const getent = new Getent(
    () => state.nowMs,
    query,
    async () => {},
  );
  /** Answers all that is asked, and what is asked then. */
  const settle = async () => {
    while (pending.length > 0) {
      pending.shift()!();
      for (let turn = 0; turn < 2; turn++) await Bun.sleep(0); // The answer, and the pause after it.
    }
  };
  return { getent, asked, state, settle };
}

describe("with a fake getent", () => {
  test("the first lookup knows nothing and does not wait; later ones know", async () => {
    const { getent, settle } = fake();
    expect(getent.lookup("passwd", "alice")).toBeUndefined();
    await settle();
    expect(getent.lookup("passwd", "alice")).toBe("alice:x:1:1:::");
  });

  test("one question is asked once, however often it is looked up meanwhile", async () => {
    const { getent, asked, settle } = fake();
    for (let i = 0; i < 5; i++) getent.lookup("passwd", "alice");
    await settle();
    for (let i = 0; i < 5; i++) getent.lookup("passwd", "alice");
    await settle();
    expect(asked).toEqual(["passwd alice"]);
  });

  test("without a descriptor nobody was asked, so the next lookup asks again", async () => {
    const { getent, asked, settle } = fake();
    for (const key of ["short", "throws", "short", "throws"]) {
      getent.lookup("passwd", key);
      await settle();
    }
    expect(asked).toEqual(["passwd short", "passwd throws", "passwd short"]);
  });

  test("the same key is another question of another database", async () => {
    const { getent, asked, settle } = fake();
    getent.lookup("passwd", "100");
    getent.lookup("group", "100");
    await settle();
    expect(asked).toEqual(["passwd 100", "group 100"]);
  });

  test("questions are asked one at a time, those that come meanwhile too", async () => {
    const { getent, asked, state, settle } = fake();
    getent.lookup("passwd", "a");
    getent.lookup("passwd", "b");
    await Bun.sleep(0);
    getent.lookup("passwd", "c");
    expect(asked).toEqual(["passwd a"]);
    await settle();
    getent.lookup("passwd", "d");
    await settle();
    expect(asked).toEqual(["passwd a", "passwd b", "passwd c", "passwd d"]);
    expect(state.mostRunning).toBe(1);
  });

  test("there is a pause between two questions", async () => {
    const getent = new Getent(Date.now, async (_, key) => `${key}:x:1:1:::`);
    const startMs = performance.now();
    for (const key of ["a", "b", "c"]) getent.lookup("passwd", key);
    while (getent.lookup("passwd", "c") === undefined) await Bun.sleep(1);
    expect(performance.now() - startMs).toBeGreaterThan(38);
  });

  test("an answer holds for an hour, and still while it is asked again", async () => {
    let name = "old";
    const { getent, asked, state, settle } = fake(() => `${name}:x:1:1:::`);
    getent.lookup("passwd", "1");
    await settle();
    state.nowMs = 59 * MINUTE_MS;
    getent.lookup("passwd", "1");
    expect(asked).toHaveLength(1);
    name = "new";
    state.nowMs = 61 * MINUTE_MS;
    expect(getent.lookup("passwd", "1")).toBe("old:x:1:1:::");
    await settle();
    expect(getent.lookup("passwd", "1")).toBe("new:x:1:1:::");
    expect(asked).toHaveLength(2);
  });

  test("no such entry holds for five minutes", async () => {
    const { getent, asked, state, settle } = fake(() => undefined);
    getent.lookup("passwd", "ghost");
    await settle();
    state.nowMs = 4 * MINUTE_MS;
    expect(getent.lookup("passwd", "ghost")).toBeUndefined();
    expect(asked).toHaveLength(1);
    state.nowMs = 6 * MINUTE_MS;
    getent.lookup("passwd", "ghost");
    expect(asked).toHaveLength(2);
  });

  test("a getent that fails counts as no such entry, and does not stop the others", async () => {
    const { getent, asked, settle } = fake();
    getent.lookup("passwd", "throws");
    getent.lookup("passwd", "alice");
    await settle();
    expect(getent.lookup("passwd", "throws")).toBeUndefined();
    expect(getent.lookup("passwd", "alice")).toBe("alice:x:1:1:::");
    expect(asked).toHaveLength(2);
  });

  test("a server that is slow is asked again after half a minute, and what it said before holds", async () => {
    const { getent, asked, state, settle } = fake();
    state.isSlow = true;
    getent.lookup("passwd", "alice");
    await settle();
    state.nowMs = 29_000;
    getent.lookup("passwd", "alice");
    await settle();
    expect(asked).toHaveLength(1);
    state.isSlow = false;
    state.nowMs = 31_000;
    getent.lookup("passwd", "alice");
    await settle();
    expect(getent.lookup("passwd", "alice")).toBe("alice:x:1:1:::");
    state.isSlow = true;
    state.nowMs = 65 * MINUTE_MS;
    getent.lookup("passwd", "alice");
    await settle();
    expect(asked).toHaveLength(3);
    expect(getent.lookup("passwd", "alice")).toBe("alice:x:1:1:::");
  });

  test("no more than a thousand questions wait, and later ones get their turn", async () => {
    const { getent, asked, settle } = fake();
    for (let key = 0; key < 5000; key++) getent.lookup("passwd", String(key));
    await settle();
    expect(asked).toHaveLength(1000);
    expect(getent.lookup("passwd", "4999")).toBeUndefined();
    await settle();
    expect(getent.lookup("passwd", "4999")).toBe("u4999:x:4999:1:::");
  });

  test("names are kept when thousands of uids without one are asked for", async () => {
    const { getent, asked, settle } = fake((key) => (key === "1" ? "ldap:x:1:1:::" : undefined));
    getent.lookup("passwd", "1");
    await settle();
    for (let key = 100_000; key < 112_000; key++) {
      getent.lookup("passwd", String(key));
      if (key % 1000 === 999) await settle();
    }
    await settle();
    expect(asked).toHaveLength(12_001);
    expect(getent.lookup("passwd", "1")).toBe("ldap:x:1:1:::");
    expect(asked).toHaveLength(12_001);
  });

  test("no more than ten thousand answers are kept", async () => {
    const { getent, asked, settle } = fake();
    for (let key = 0; key <= 10_000; key++) {
      getent.lookup("passwd", String(key));
      if (key % 1000 === 999) await settle();
    }
    await settle();
    const before = asked.length;
    expect(before).toBe(10_001);
    getent.lookup("passwd", "0");
    expect(asked.length).toBe(before + 1);
  });
});

test.each([
  ["passwd", "5000", "dora:*:5000:100:::", true],
  ["passwd", "5000", "root:x:0:0:::", false],
  ["passwd", "dora", "dora:*:5000:100:::", true],
  ["passwd", "dora", "root:x:0:0:::", false],
  ["passwd", "dora", "dora2:*:5001:100:::", false],
  ["passwd", "Dora", "dora:*:5000:100:::", true],
  ["passwd", "dora", "EXAMPLE\\dora:*:5000:100:::", true],
  ["passwd", "dora@example.com", "dora:*:5000:100:::", true],
  ["passwd", "dora@EXAMPLE.com", "Dora@example.com:*:5000:100:::", true],
  ["passwd", "dora@example.com", "dora@example.org:*:5000:100:::", false],
  ["passwd", "dora", "usage: getent", false],
  ["group", "100", "users:x:100:", true],
  ["group", "100", "root:x:0:", false],
] as const)("%s %s: that %j answers it is %p", (database, key, line, isAnswer) => {
  expect(isAnswerTo(database, key, line)).toBe(isAnswer);
});

test("an answer that is somebody else's is none", async () => {
  const { getent, settle } = fake(() => "root:x:0:0:::");
  getent.lookup("passwd", "mallory");
  getent.lookup("passwd", "5000");
  await settle();
  expect(getent.lookup("passwd", "mallory")).toBeUndefined();
  expect(getent.lookup("passwd", "5000")).toBeUndefined();
});

/** Looks up until there is an answer, for at most as long as a child may live. */
async function untilAnswered(getent: Getent, database: "passwd" | "group", key: string) {
  for (let i = 0; i < 400; i++) {
    const line = getent.lookup(database, key);
    if (line !== undefined) return line;
    await Bun.sleep(5);
  }
  return undefined;
}

test.skipIf(!isLinux || !hasTool("getent"))("the real getent knows root", async () => {
  const getent = new Getent(Date.now);
  const expected = output("getent", "passwd", "0").trim();
  expect(await untilAnswered(getent, "passwd", "root")).toBe(expected);
  expect(await untilAnswered(getent, "passwd", "0")).toBe(expected);
  expect(await untilAnswered(getent, "group", "0")).toBe(output("getent", "group", "0").trim());
});
