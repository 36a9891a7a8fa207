import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { appendFileSync, mkdirSync, utimesSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AuthLog, findAuthLogs, probeAuthLog } from "../../../../src/sources/logs/text/auth_log.ts";
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

describe("the host's logs", () => {
  const found = () => findAuthLogs(new Root(folder), NOW_MS);
  const LINE = "Nov 23 11:00:01 host sshd[2]: a\n";

  test.each<[files: string[]]>([
    [[]],
    [["auth.log", "messages"]],
    [["secure", "messages"]],
    [["messages"]],
  ])("are all that there are: %j", (files) => {
    for (const file of files) writeFileSync(join(log, file), "");
    expect(found()).toEqual({
      paths: files.map((file) => `/var/log/${file}`),
      failures: [],
    } as never);
  });

  test("a folder, a FIFO or a device is none, and costs the others nothing", () => {
    mkdirSync(join(log, "auth.log"));
    Bun.spawnSync(["mkfifo", join(log, "secure")]);
    expect(found().paths).toEqual([]);
    writeFileSync(join(log, "messages"), LINE);
    expect(found().paths).toEqual(["/var/log/messages"]);
    expect(found().failures.map(({ message }) => message.slice(folder.length))).toEqual([
      "/var/log/auth.log: is a directory, want a regular file",
      "/var/log/secure: is a FIFO, want a regular file",
    ]);
  });

  test("one whose lines are no syslog lines leaves nothing to tell; where it is left over it does not matter", () => {
    const path = join(log, "auth.log");
    writeFileSync(path, '{"message": "json"}\n'.repeat(2000));
    writeFileSync(join(log, "messages"), LINE);
    utimesSync(path, NOW_MS / 1000, NOW_MS / 1000);
    expect(found().paths).toEqual([]);
    expect(() => probeAuthLog(new Root(folder), NOW_MS)).toThrow(
      "none of its last lines is a syslog line",
    );
    utimesSync(path, NOW_MS / 1000 - 90_000, NOW_MS / 1000 - 90_000);
    expect(found().paths).toEqual(["/var/log/messages"]);
  });

  test("one line amid others is enough, and what is written at this moment does not matter", () => {
    writeFileSync(join(log, "auth.log"), `\n${"x".repeat(20_000)}\n\u0000\n${LINE}half a li`);
    expect(found().paths).toEqual(["/var/log/auth.log"]);
    writeFileSync(join(log, "auth.log"), "half a li");
    expect(found().paths).toEqual(["/var/log/auth.log"]);
  });
});

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
