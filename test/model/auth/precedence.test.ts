import { describe, expect, test } from "bun:test";
import { MAX_HELD_LENGTH, Precedence } from "../../../src/model/auth/precedence.ts";
import { CUT_MARK } from "../../../src/sources/logs/record.ts";
import { heldBytes } from "../../helpers/held_bytes.ts";

const NOW_MS = Date.UTC(2026, 10, 25, 12);

const record = (seconds: number, message = "Invalid user x", identifier = "sshd", pid = 1) => ({
  timeMs: NOW_MS + seconds * 1000,
  identifier,
  pid,
  message,
  copies: 1,
});

describe("two logs with the same messages", () => {
  test("count once, from the better one", () => {
    const logs = new Precedence();
    for (let i = 0; i < 200; i++) {
      expect(logs.judge(0, record(i))).toBe("count");
      expect(logs.judge(2, record(i))).toBe("drop");
    }
    expect(logs.release(NOW_MS + 1e6)).toEqual([]);
  });

  test("count once when the worse one has a message a moment earlier", () => {
    const logs = new Precedence();
    expect(logs.judge(2, record(0))).toBe("count");
    expect(logs.judge(0, record(1))).toBe("drop");
    expect(logs.judge(0, record(1))).toBe("count");
    expect(logs.judge(2, record(1))).toBe("drop");
    expect(logs.judge(2, record(2))).toBe("hold");
    expect(logs.judge(0, record(2))).toBe("count");
    expect(logs.release(NOW_MS + 1e6)).toEqual([]);
  });

  test("count once when both were read in one go, file after file", () => {
    const logs = new Precedence();
    for (let i = 0; i < 5000; i++) expect(logs.judge(0, record(i))).toBe("count");
    for (let i = 0; i < 5000; i++) expect(logs.judge(1, record(i))).toBe("drop");
  });
});

test("a log with stamps of whole seconds and one with finer ones count once", () => {
  const logs = new Precedence();
  expect(logs.judge(0, record(0))).toBe("count");
  expect(logs.judge(1, record(0.7))).toBe("drop");
  expect(logs.judge(1, record(1.2, "b"))).toBe("hold");
  expect(logs.judge(0, record(1, "b"))).toBe("count");
  expect(logs.release(NOW_MS + 1e6)).toEqual([]);
});

test("programs that share no log count each in its own, without waiting", () => {
  const logs = new Precedence();
  expect(logs.judge(1, record(0, "  alice : TTY=pts/0", "sudo"))).toBe("count");
  expect(logs.judge(2, record(1))).toBe("count");
  expect(logs.judge(2, record(2))).toBe("count");
  expect(logs.judge(1, record(3, "  bob : TTY=pts/0", "sudo"))).toBe("count");
});

test("what PAM logs in sshd's name does not silence sshd in another log", () => {
  const logs = new Precedence();
  expect(logs.judge(1, record(0, "pam_unix(sshd:auth): authentication failure"))).toBe("count");
  expect(logs.judge(2, record(0, "Failed password for x"))).toBe("count");
});

describe("a log that falls silent", () => {
  test("is taken over by a worse one, without a loss, once a minute has passed", () => {
    const logs = new Precedence();
    expect(logs.judge(0, record(0))).toBe("count");
    expect(logs.judge(1, record(10, "a"))).toBe("hold");
    expect(logs.judge(1, record(59, "b"))).toBe("hold");
    expect(logs.release(NOW_MS + 59_000)).toEqual([]);
    expect(logs.judge(1, record(61, "c"))).toBe("count");
    expect(logs.release(NOW_MS + 61_000).map((held) => held.record.message)).toEqual(["a", "b"]);
    expect(logs.judge(1, record(62, "d"))).toBe("count");
    expect(logs.release(NOW_MS + 1e6)).toEqual([]);
  });

  test("is taken over by the clock when nothing more comes", () => {
    const logs = new Precedence();
    expect(logs.judge(0, record(0))).toBe("count");
    expect(logs.judge(1, record(10))).toBe("hold");
    expect(logs.release(NOW_MS + 69_000)).toEqual([]);
    expect(logs.release(NOW_MS + 70_000)).toHaveLength(1);
  });

  test("counts again as soon as it speaks: who writes to a worse log silences nobody", () => {
    const logs = new Precedence();
    expect(logs.judge(0, record(0))).toBe("count");
    for (let i = 100; i < 200; i++) expect(logs.judge(2, record(i, "forged"))).toBe("count");
    expect(logs.judge(0, record(200, "true"))).toBe("count");
    expect(logs.judge(2, record(200, "forged"))).toBe("drop");
  });
});

describe("a restart", () => {
  const restarted = (logs: Precedence) => Precedence.from(JSON.parse(JSON.stringify(logs)));

  test("does not change which log counts", () => {
    const logs = new Precedence();
    logs.judge(0, record(0));
    const after = restarted(logs);
    expect(after.judge(1, record(0))).toBe("drop");
    expect(after.judge(1, record(70))).toBe("count");
    expect(() => Precedence.from({})).toThrow("invalid newest messages: want a list");
    expect(() => Precedence.from([["sshd", ["x"]]])).toThrow("invalid log's time: want a number");
  });

  test("loses no record that waits, and counts none twice that was counted early", () => {
    const logs = new Precedence();
    logs.judge(2, record(0, "early"));
    logs.judge(0, record(1, "better"));
    const waits = { ...record(3, "waits"), pid: undefined };
    logs.judge(2, waits);
    const after = restarted(logs);
    expect(after.judge(0, record(2, "early"))).toBe("drop");
    expect(after.release(NOW_MS + 1e6)).toEqual([{ rank: 2, record: waits }]);
  });

  test("goes on with what a version before saved", () => {
    const before = Precedence.from([["sshd", [NOW_MS, null]]]);
    expect(before.judge(1, record(0))).toBe("drop");
  });
});

test("its memory does not grow with the number of records", () => {
  const logs = new Precedence();
  for (let i = 0; i < 20_000; i++) logs.judge(2, record(i / 1000, `early ${i}`));
  logs.judge(0, record(20));
  for (let i = 0; i < 20_000; i++) logs.judge(2, record(21 + i / 1000, `held ${i}`));
  for (let i = 0; i < 600; i++) logs.judge(2, record(41, `${"x".repeat(1000)} ${i}`));
  logs.judge(2, record(42, "x".repeat(100_000)));
  expect(JSON.stringify(logs).length).toBeLessThan(600_000);
  expect(logs.release(NOW_MS + 1e6).length).toBeLessThan(5000);
});

describe("held records", () => {
  test.each([
    [MAX_HELD_LENGTH - 1, ""],
    [MAX_HELD_LENGTH, ""],
    [MAX_HELD_LENGTH + 1, CUT_MARK],
    [60_000, CUT_MARK],
  ])("a text of %i characters is kept up to 1,024, and marked when it is cut", (length, mark) => {
    let logs = new Precedence();
    logs.judge(0, record(0));
    expect(logs.judge(1, record(1, "x".repeat(length)))).toBe("hold");
    for (let restarts = 0; restarts < 2; restarts++) {
      logs = Precedence.from(JSON.parse(JSON.stringify(logs)));
    }
    const [due] = logs.release(NOW_MS + 1e6);
    expect(due!.record.message).toBe("x".repeat(Math.min(length, MAX_HELD_LENGTH)) + mark);
  });

  test("of lines of 60 KB each hold some MB in all", () => {
    const logs = new Precedence();
    logs.judge(0, record(0));
    const before = heldBytes();
    for (let i = 0; i < 5000; i++) {
      // Like a reader's record: its texts are parts of the line.
      const line = Buffer.alloc(60_000, `sshd ${i} `).toString("latin1");
      const isShort = i % 2 === 0;
      const message = isShort ? line.slice(100, 200) : line.slice(100);
      logs.judge(1, { ...record(1 + i / 1e6), identifier: line.slice(0, 4), message });
    }
    expect(heldBytes() - before).toBeLessThan(10_000_000);
    expect(logs.release(NOW_MS + 1e6)).toHaveLength(4096);
  });
});
