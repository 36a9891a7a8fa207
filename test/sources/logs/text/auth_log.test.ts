import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AuthLog } from "../../../../src/sources/logs/text/auth_log.ts";
import type { LogRecord } from "../../../../src/sources/logs/record.ts";
import { Root } from "../../../../src/sources/root.ts";

const NOW_MS = Date.UTC(2026, 10, 23, 12);
let folder: string;
let log: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "auth-log-"));
  log = join(folder, "var/log");
  mkdirSync(log, { recursive: true });
});

afterEach(() => rmSync(folder, { recursive: true }));

describe("records", () => {
  async function records(text: string, sinceMs = 0): Promise<LogRecord[]> {
    const path = join(log, "auth.log");
    writeFileSync(path, text);
    const reader = new AuthLog({ root: new Root(folder), path, sinceMs, now: () => NOW_MS });
    const got: LogRecord[] = [];
    reader.poll((record) => got.push(record));
    reader.close();
    return got;
  }

  test("are those of programs that let people in, in both formats of rsyslog", async () => {
    const got = await records(
      [
        "Nov 23 11:00:00 host CRON[1]: pam_unix(cron:session): session opened",
        "Nov 23 11:00:01 host sshd[2]: a",
        "2026-11-23T11:00:02.000001+00:00 host sshd-session[3]: b",
        "2026-11-23T11:00:03+00:00 host systemd-logind[4]: New session 1 of user a.",
        "2026-11-23T11:00:04+00:00 host su: c",
        "cut o",
        "",
      ].join("\n"),
    );
    expect(got.map(({ identifier, pid, message }) => [identifier, pid, message])).toEqual([
      ["sshd", 2, "a"],
      ["sshd-session", 3, "b"],
      ["su", undefined, "c"],
    ]);
  });

  test("begin at a time", async () => {
    const text = "2026-11-23T11:00:00Z h sshd[1]: a\n2026-11-23T11:00:01Z h sshd[1]: b\n";
    expect(await records(text, Date.UTC(2026, 10, 23, 11, 0, 1))).toHaveLength(1);
  });

  test("are repeated by sysklogd's line about the one before", async () => {
    const got = await records(
      [
        "Nov 23 11:00:00 host sshd[2]: Failed",
        "Nov 23 11:00:09 host last message repeated 2 times",
        "Nov 23 11:00:10 host CRON[2]: x",
        "Nov 23 11:00:11 host last message repeated 5 times",
        "",
      ].join("\n"),
    );
    expect(got.map(({ message, copies }) => [message, copies])).toEqual([
      ["Failed", 1],
      ["Failed", 2],
    ]);
  });

  /** Makes another reader that goes on where one was, and gives what it reads. */
  function restart(reader: AuthLog): AuthLog {
    const position = JSON.parse(JSON.stringify(reader.position()));
    reader.close();
    const path = join(log, "auth.log");
    const options = { root: new Root(folder), path, position, sinceMs: NOW_MS, now: () => NOW_MS };
    return new AuthLog(options);
  }

  test("are repeated by a line that comes after a restart", () => {
    const path = join(log, "auth.log");
    writeFileSync(path, "Nov 23 11:00:00 host sshd[2]: Failed\n");
    const first = new AuthLog({ root: new Root(folder), path, sinceMs: 0, now: () => NOW_MS });
    first.poll(() => {});
    appendFileSync(path, "Nov 23 11:00:09 host last message repeated 2 times\n");
    const second = restart(first);
    const got: LogRecord[] = [];
    second.poll((record) => got.push(record));
    second.close();
    expect(got).toMatchObject([{ identifier: "sshd", pid: 2, message: "Failed", copies: 2 }]);
  });

  test("are the host's after it was renamed, too", () => {
    const path = join(log, "auth.log");
    mkdirSync(join(folder, "etc"));
    writeFileSync(join(folder, "etc/hostname"), "old\n");
    writeFileSync(path, "2026-11-23T11:00:00Z old sshd[1]: a\n");
    const reader = new AuthLog({ root: new Root(folder), path, sinceMs: 0, now: () => NOW_MS });
    const got: string[] = [];
    const poll = () => reader.poll(({ message }) => got.push(message));
    poll();
    writeFileSync(join(folder, "etc/hostname"), "new\n");
    for (const [i, host] of ["old", "other", "new"].entries()) {
      appendFileSync(path, `2026-11-23T11:00:0${i}Z ${host} sshd[1]: ${host}\n`);
    }
    poll();
    reader.close();
    expect(got).toEqual(["a", "old", "new"]);
  });

  test("are read once, over a restart too", async () => {
    const path = join(log, "auth.log");
    writeFileSync(path, "2026-11-23T11:00:00Z h sshd[1]: a\n");
    const first = new AuthLog({ root: new Root(folder), path, sinceMs: 0, now: () => NOW_MS });
    const got: string[] = [];
    first.poll((record) => got.push(record.message));
    const position = JSON.parse(JSON.stringify(first.position()));
    first.close();
    appendFileSync(path, "2026-11-23T11:00:00Z h sshd[1]: b\n");
    const second = new AuthLog({
      root: new Root(folder),
      path,
      position,
      sinceMs: NOW_MS,
      now: () => NOW_MS,
    });
    second.poll((record) => got.push(record.message));
    second.poll((record) => got.push(record.message));
    second.close();
    expect(got).toEqual(["a", "b"]);
  });
});
