import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Root } from "../../../../src/sources/root.ts";
import { findAuthLogs, probeAuthLog } from "../../../../src/sources/logs/text/auth_log_paths.ts";

const NOW_MS = Date.UTC(2026, 10, 23, 12);
let folder: string;
let log: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "auth-logs-"));
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

  test("one whose lines have no ends, as of rsyslog's ForwardFormats, leaves nothing to tell", () => {
    writeFileSync(join(log, "auth.log"), LINE.trimEnd().repeat(400));
    expect(() => probeAuthLog(new Root(folder), NOW_MS)).toThrow("has lines without ends");
    writeFileSync(join(log, "auth.log"), LINE.trimEnd());
    expect(found().failures).toEqual([]);
  });

  test("one line amid others is enough, and what is written at this moment does not matter", () => {
    writeFileSync(join(log, "auth.log"), `\n${"x".repeat(20_000)}\n\u0000\n${LINE}half a li`);
    expect(found().paths).toEqual(["/var/log/auth.log"]);
    writeFileSync(join(log, "auth.log"), "half a li");
    expect(found().paths).toEqual(["/var/log/auth.log"]);
  });
});
