import { describe, expect, test } from "bun:test";
import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { authCollector, authFamilies } from "../../src/collectors/auth.ts";
import type { Outcome } from "../../src/model/auth/outcome.ts";
import { Tally } from "../../src/model/auth/tally.ts";
import { MAX_ORIGINS } from "../../src/model/auth/failure_window.ts";
import { authLogLine } from "../helpers/attempt_lines.ts";
import { SmallHost, series } from "../helpers/small_host.ts";
import { JournalWriter } from "../sources/logs/journal/writer.ts";

const NOW_MS = Date.UTC(2026, 10, 23, 12);

const failure = (count: number, timeMs: number, address: string): Outcome => ({
  kind: "failure",
  reason: "bad_credentials",
  count,
  timeMs,
  address,
});

const lines = (tally: Tally, lagSeconds = 0) => series(authFamilies({ tally, lagSeconds }, NOW_MS));

describe("authFamilies", () => {
  test("every counter is there from the start, at 0", () => {
    const all = lines(new Tally());
    expect(all.filter((line) => !line.endsWith(" 0"))).toEqual([]);
    expect(all.filter((line) => !line.startsWith("logins_total{"))).toEqual([
      "failed_logins_1h{} 0",
      "failed_login_sources_1h{} 0",
      "failed_login_sources_1h_limited{} 0",
      "failed_logins_total{invalid_user} 0",
      "failed_logins_total{bad_credentials} 0",
      "failed_logins_total{no_credentials} 0",
      "root_logins_total{} 0",
      "ssh_unauthenticated_disconnects_total{} 0",
      "ssh_dropped_connections_total{} 0",
      "privilege_escalations_total{sudo|success} 0",
      "privilege_escalations_total{sudo|failure} 0",
      "privilege_escalations_total{su|success} 0",
      "privilege_escalations_total{su|failure} 0",
    ]);
    expect(all).toContain("logins_total{publickey} 0");
    expect(all).toContain("logins_total{other} 0");
  });

  test("each outcome raises its own", () => {
    const before = new Set(lines(new Tally()));
    const tally = new Tally();
    const outcomes: Outcome[] = [
      failure(2, NOW_MS, "192.0.2.1"),
      { kind: "login", method: "publickey", user: "root", root: true },
      { kind: "console_root_login", count: 1 },
      { kind: "unauthenticated_disconnect" },
      { kind: "dropped_connection", count: 3 },
      { kind: "escalation", method: "su", user: "alice", success: false, count: 4 },
    ];
    for (const outcome of outcomes) tally.take(outcome, true, NOW_MS);
    expect(lines(tally).filter((line) => !before.has(line))).toEqual([
      "failed_logins_1h{} 2",
      "failed_login_sources_1h{} 1",
      "failed_logins_total{bad_credentials} 2",
      "logins_total{publickey} 1",
      "root_logins_total{} 2",
      "ssh_unauthenticated_disconnects_total{} 1",
      "ssh_dropped_connections_total{} 3",
      "privilege_escalations_total{su|failure} 4",
    ]);
  });

  test("what happened an hour ago is in the counter and no longer in the gauge", () => {
    const tally = new Tally();
    tally.take(failure(1, NOW_MS - 3_600_000, "192.0.2.1"), true, NOW_MS);
    tally.take(failure(1, NOW_MS - 3_599_000, "192.0.2.2"), true, NOW_MS);
    expect(lines(tally)).toContain("failed_logins_1h{} 1");
    expect(lines(tally)).toContain("failed_login_sources_1h{} 1");
    expect(lines(tally)).toContain("failed_logins_total{bad_credentials} 2");
  });

  test("more addresses than are told apart: it says so", () => {
    const tally = new Tally();
    const add = (i: number) => tally.take(failure(1, NOW_MS, `2001:db8::${i}`), true, NOW_MS);
    for (let i = 0; i < MAX_ORIGINS; i++) add(i);
    expect(lines(tally)).toContain("failed_login_sources_1h_limited{} 0");
    add(MAX_ORIGINS);
    expect(lines(tally)).toContain("failed_login_sources_1h_limited{} 1");
    expect(lines(tally)).toContain(`failed_login_sources_1h{} ${MAX_ORIGINS}`);
    expect(lines(tally)).toContain(`failed_logins_1h{} ${MAX_ORIGINS + 1}`);
  });

  test("with a minute of the log unread nobody knows what the last hour had", () => {
    const names = (lagSeconds: number) =>
      lines(new Tally(), lagSeconds)
        .map((line) => line.replace(/\{.*/, ""))
        .filter((name) => name.includes("_1h"));
    expect(names(60)).toEqual([
      "failed_logins_1h",
      "failed_login_sources_1h",
      "failed_login_sources_1h_limited",
    ]);
    expect(names(60.001)).toEqual([]);
    expect(lines(new Tally(), 61)).toContain("root_logins_total{} 0");
  });

  test("no label comes from whoever tried", () => {
    const tally = new Tally();
    tally.take(failure(1, NOW_MS, "198.51.100.77"), true, NOW_MS);
    expect(lines(tally).join("\n")).not.toContain("198.51.100.77");
  });
});

describe("the collector", () => {
  const FAILED = "Failed password for invalid user eve from 192.0.2.1 port 1 ssh2";

  test("of a host without a log gives nothing, and that is no fault", async () => {
    using host = new SmallHost();
    const families = await host.collection([authCollector]).collect();
    expect(series(families).filter((line) => /logins/.test(line))).toEqual([]);
    expect(series(families)).toContain("collector_success{auth} 1");
    expect(host.logged).toEqual([]);
  });

  test("counts what is written after its first reading", async () => {
    using host = new SmallHost();
    const log = host.write("/var/log/auth.log", authLogLine(Date.now(), 1, FAILED));
    const collection = host.collection([authCollector]);
    const before = series(await collection.collect());
    expect(before).toContain("failed_logins_1h{} 1");
    expect(before).toContain("failed_logins_total{invalid_user} 0");
    appendFileSync(log, authLogLine(Date.now(), 1, FAILED).repeat(2));
    const after = series(await collection.collect());
    expect(after).toContain("failed_logins_1h{} 3");
    expect(after).toContain("failed_logins_total{invalid_user} 2");
  });

  test("counts by account, those of excluded users in the sums alone; names nobody has are other", async () => {
    using host = new SmallHost();
    host.write(
      "/etc/passwd",
      "root:x:0:0:::\ntoor:x:0:0:::\nalice:x:1000:100:::\nEX\\bob:x:1001:1:::\n",
    );
    const log = host.write("/var/log/auth.log", "");
    const collection = host.collection([authCollector], ["alice"]);
    await collection.collect();
    const accepted = (name: string, port: number) =>
      authLogLine(
        Date.now(),
        port,
        `Accepted password for ${name} from 192.0.2.1 port ${port} ssh2`,
      );
    const sudo = (text: string) => authLogLine(Date.now(), 9, text).replace("sshd[9]", "sudo");
    appendFileSync(
      log,
      [
        ...["alice", "toor", "EX\\\\bob", "EX\\\\bob", "ghost"].map((name, i) =>
          accepted(name, i + 1),
        ),
        authLogLine(
          Date.now(),
          8,
          "Failed password for invalid user mallory from 192.0.2.1 port 8 ssh2",
        ),
        sudo("EX\\bob : TTY=pts/1 ; PWD=/ ; USER=root ; COMMAND=/bin/id"),
        sudo("alice : command not allowed ; TTY=pts/1 ; PWD=/ ; USER=root ; COMMAND=/bin/id"),
      ].join(""),
    );
    const after = series(await collection.collect());
    expect(after).toContain("logins_total{password} 5");
    expect(after).toContain("root_logins_total{} 1");
    expect(after).toContain("privilege_escalations_total{sudo|failure} 1");
    expect(after.filter((line) => line.startsWith("user_"))).toEqual([
      "user_logins_total{root|password} 1",
      "user_logins_total{EX\\bob|password} 2",
      "user_logins_total{other|password} 1",
      "user_privilege_escalations_total{EX\\bob|sudo|success} 1",
    ]);
    expect(after.join("\n")).not.toContain("mallory");
  });

  /** A host with a journal of one failed login, and an auth log with two others. */
  function twoLogs(journalMs: number): SmallHost & { journal: string } {
    const host = new SmallHost();
    const machine = "0".repeat(32);
    host.write("/etc/machine-id", `${machine}\n`);
    mkdirSync(`${host.folder}/var/log/journal/${machine}`, { recursive: true });
    const journal = `${host.folder}/var/log/journal/${machine}/system.journal`;
    const writer = new JournalWriter(journal);
    const fields = [
      "SYSLOG_IDENTIFIER=sshd",
      "_COMM=sshd",
      "_UID=0",
      "_PID=7",
      `MESSAGE=${FAILED}`,
    ];
    writer.append(fields, journalMs * 1000);
    writer.close();
    host.write("/var/log/auth.log", authLogLine(Date.now(), 1, FAILED).repeat(2));
    return Object.assign(host, { journal });
  }
  const failed1h = async (host: SmallHost) =>
    series(await host.collection([authCollector]).collect()).find((line) =>
      line.startsWith("failed_logins_1h"),
    );

  test("reads the journal where it can, and the auth log beside it not", async () => {
    using host = twoLogs(Date.now());
    const all = series(await host.collection([authCollector]).collect());
    expect(all).toContain("failed_logins_1h{} 1");
    expect(all).toContain("source_available{journal} 1");
    expect(host.logged).toEqual([]);
  });

  test("reads the auth log beside a journal that nobody has written to since the boot", async () => {
    using host = twoLogs(1_600_000_000_000);
    const all = series(await host.collection([authCollector]).collect());
    expect(all).toContain("failed_logins_1h{} 2");
    expect(all).toContain("source_available{journal} 0");
    expect(host.logged.join()).toContain("read_instead=/var/log/auth.log");
  });

  test("reads the auth log beside a journal of a systemd that is yet to come; alone that is a fault", async () => {
    using host = twoLogs(Date.now());
    const bytes = readFileSync(host.journal);
    bytes[12]! |= 0x20;
    writeFileSync(host.journal, bytes);
    utimesSync(host.journal, 1, 1); // It is not just being made.
    expect(await failed1h(host)).toBe("failed_logins_1h{} 2");
    rmSync(`${host.folder}/var/log/auth.log`);
    const failed = series(await host.collection([authCollector]).collect());
    expect(failed).toContain("collector_success{auth} 0");
    expect(host.logged.join()).toContain("unknown incompatible flags");
  });
});
