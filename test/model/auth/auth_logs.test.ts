/** Which logs are read, on hosts whose daemons share the work in one way or another. */
import { describe, expect, spyOn, test } from "bun:test";
import {
  appendFileSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { AuthLogs } from "../../../src/model/auth/auth_logs.ts";
import type { Pace } from "../../../src/model/auth/turns.ts";
import { StateFile } from "../../../src/sources/state_file.ts";
import { authLogLine } from "../../helpers/attempt_lines.ts";
import { MACHINE_STAT } from "../../helpers/proc_files.ts";
import { TempTree } from "../../helpers/temp_tree.ts";
import { JournalWriter } from "../../sources/logs/journal/writer.ts";

const MACHINE = "0".repeat(32);
const START_MS = Date.UTC(2026, 10, 25, 12);

/** A host with an exporter, and a clock that goes on by a second with each line. */
class LogHost extends TempTree {
  nowMs = START_MS;
  readonly warnings: string[] = [];
  logs = this.start();
  private journal: JournalWriter | undefined;
  private port = 1;

  constructor(files: Record<string, string> = {}) {
    super({ "/proc/stat": MACHINE_STAT, "/dev/.keep": "", "/var/log/.keep": "", ...files });
  }

  start(pace?: Pace): AuthLogs {
    this.logs = new AuthLogs({
      ...(pace && { pace }),
      root: this.root,
      now: () => this.nowMs,
      warn: (_message, fields) => this.warnings.push(Object.values(fields).join(" ")),
      stateFile: new StateFile(join(this.folder, "auth.json"), (text) => this.warnings.push(text)),
    });
    return this.logs;
  }

  restart(): void {
    this.logs.save("now");
    this.start();
  }

  /** Text in one or more logs, at once. */
  append(text: (timeMs: number) => string, ...names: string[]): void {
    this.nowMs += 1000;
    for (const name of names) {
      const path = join(this.folder, "var/log", name);
      appendFileSync(path, text(this.nowMs));
    }
  }

  failure(...names: string[]): void {
    const port = this.port++;
    const message = `Failed password for invalid user x from 192.0.2.1 port ${port} ssh2`;
    this.append((timeMs) => authLogLine(timeMs, port, message), ...names);
  }

  sudo(...names: string[]): void {
    const line = "sudo:    alice : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/usr/bin/id";
    this.append((timeMs) => `${new Date(timeMs).toISOString()} host ${line}\n`, ...names);
  }

  /** A failure in the journal, which begins with the first one. */
  journalFailure(): void {
    this.nowMs += 1000;
    if (this.journal === undefined) {
      this.write("/etc/machine-id", `${MACHINE}\n`);
      this.write(`/var/log/journal/${MACHINE}/.keep`, "");
      this.journal = new JournalWriter(`${this.folder}/var/log/journal/${MACHINE}/system.journal`);
    }
    const port = this.port++;
    const message = `MESSAGE=Failed password for invalid user x from 192.0.2.1 port ${port} ssh2`;
    const fields = ["SYSLOG_IDENTIFIER=sshd", "_UID=0", `_PID=${port}`, message];
    this.journal.append(fields, this.nowMs * 1000);
  }

  /** Failures and runs of sudo that were counted; undefined without a log. */
  async counts(): Promise<string | undefined> {
    const counts = await this.logs.poll();
    if (counts === undefined) return undefined;
    const { failures, escalations, window } = counts.tally;
    return `${counts.source}: ${failures.invalid_user} failures (${window.failures(this.nowMs)} in the last hour), ${escalations.sudo.success} sudo`;
  }
}

test("a host without any log is looked at once a minute, and one that appears counts from its first line", async () => {
  using host = new LogHost();
  using paths = spyOn(host.root, "path");
  const operations = async () => {
    paths.mockClear();
    expect(await host.counts()).toBeUndefined();
    return paths.mock.calls.length;
  };
  expect(await operations()).toBeGreaterThan(0);
  for (let second = 1; second < 60; second++) {
    host.nowMs = START_MS + second * 1000;
    expect(await operations()).toBe(0);
  }
  host.nowMs = START_MS + 60_000;
  expect(await operations()).toBeGreaterThan(0);
  // The clock goes on by a second with each.
  host.failure("auth.log");
  host.failure("auth.log");
  host.nowMs = START_MS + 119_000;
  expect(await operations()).toBe(0);
  host.nowMs = START_MS + 120_000;
  expect(await host.counts()).toBe("auth_log: 2 failures (2 in the last hour), 0 sudo");
});

describe("text logs", () => {
  test("an empty one beside a live one", async () => {
    using host = new LogHost({ "/var/log/auth.log": "" });
    host.failure("secure");
    expect(await host.counts()).toBe("auth_log: 0 failures (1 in the last hour), 0 sudo");
    host.failure("secure");
    host.sudo("secure");
    expect(await host.counts()).toBe("auth_log: 1 failures (2 in the last hour), 1 sudo");
  });

  test("sshd in one, sudo in the other: Red Hat's with SyslogFacility AUTH", async () => {
    using host = new LogHost({ "/var/log/messages": "" });
    host.sudo("secure");
    expect(await host.counts()).toBe("auth_log: 0 failures (0 in the last hour), 0 sudo");
    host.failure("messages");
    host.sudo("secure");
    expect(await host.counts()).toBe("auth_log: 1 failures (1 in the last hour), 1 sudo");
    host.restart();
    host.failure("messages");
    host.sudo("secure");
    expect(await host.counts()).toBe("auth_log: 2 failures (2 in the last hour), 2 sudo");
  });

  test("the same lines in two", async () => {
    using host = new LogHost();
    host.failure("auth.log", "messages");
    await host.counts();
    for (let i = 0; i < 200; i++) host.failure("auth.log", "messages");
    host.sudo("auth.log", "messages");
    expect(await host.counts()).toBe("auth_log: 200 failures (201 in the last hour), 1 sudo");
    host.restart();
    expect(await host.counts()).toBe("auth_log: 200 failures (201 in the last hour), 1 sudo");
  });

  test("one that falls silent for good, and one that appears later", async () => {
    using host = new LogHost();
    host.failure("auth.log");
    await host.counts();
    host.failure("auth.log");
    // From here on the daemon writes to another file.
    for (let i = 0; i < 120; i++) host.failure("secure");
    expect(await host.counts()).toBe("auth_log: 121 failures (122 in the last hour), 0 sudo");
    for (let i = 0; i < 10; i++) host.failure("secure");
    expect(await host.counts()).toBe("auth_log: 131 failures (132 in the last hour), 0 sudo");
  });

  test("one that is gone for a while, and comes again", async () => {
    using host = new LogHost();
    host.failure("auth.log");
    await host.counts();
    host.failure("auth.log");
    const one = "auth_log: 1 failures (2 in the last hour), 0 sudo";
    expect(await host.counts()).toBe(one);
    rmSync(join(host.folder, "var/log/auth.log"));
    for (let minute = 0; minute < 2; minute++) {
      host.nowMs += 61_000;
      expect(await host.counts()).toBe(one);
    }
    host.failure("auth.log");
    host.nowMs += 61_000;
    expect(await host.counts()).toBe("auth_log: 2 failures (3 in the last hour), 0 sudo");
  });

  test("none at first, then one", async () => {
    using host = new LogHost();
    expect(await host.counts()).toBeUndefined();
    host.failure("secure");
    host.nowMs += 60_000;
    expect(await host.counts()).toBe("auth_log: 1 failures (1 in the last hour), 0 sudo");
  });

  test("one of a format that is not known says nothing, not 0", async () => {
    using host = new LogHost();
    host.append(() => '{"message":"Failed password"}\n', "auth.log");
    expect(await host.counts()).toBeUndefined();
    expect(host.warnings.join()).toContain("none of its last lines is a syslog line");
  });
});

describe("the journal", () => {
  const listen = (host: LogHost) =>
    Bun.listen({ unix: join(host.folder, "dev/log"), socket: { data: () => {} } });

  test("comes first where journald gets what is logged", async () => {
    using host = new LogHost();
    symlinkSync("/run/systemd/journal/dev-log", join(host.folder, "dev/log"));
    host.failure("auth.log");
    host.journalFailure();
    expect(await host.counts()).toBe("journal: 0 failures (1 in the last hour), 0 sudo");
  });

  test("is not read where another daemon listens on /dev/log", async () => {
    using host = new LogHost();
    host.journalFailure();
    host.failure("auth.log");
    host.failure("auth.log");
    const server = listen(host);
    expect(await host.counts()).toBe("auth_log: 0 failures (2 in the last hour), 0 sudo");
    expect(host.warnings.join()).toContain("another daemon than journald listens on /dev/log");
    server.stop(true);
  });

  test("gives way while running to a daemon that was installed, and takes over when it is gone", async () => {
    using host = new LogHost();
    host.journalFailure();
    await host.counts();
    host.journalFailure();
    expect(await host.counts()).toBe("journal: 1 failures (2 in the last hour), 0 sudo");
    const server = listen(host);
    host.failure("auth.log");
    host.nowMs += 60_000;
    host.failure("auth.log");
    expect(await host.counts()).toBe("auth_log: 3 failures (4 in the last hour), 0 sudo");
    server.stop(true);
    rmSync(join(host.folder, "dev/log"), { force: true });
    host.nowMs += 60_000;
    host.journalFailure();
    expect(await host.counts()).toBe("journal: 4 failures (5 in the last hour), 0 sudo");
    host.restart();
    host.journalFailure();
    expect(await host.counts()).toBe("journal: 5 failures (6 in the last hour), 0 sudo");
  });

  test("that appears later counts from the text log's last line on", async () => {
    using host = new LogHost();
    host.failure("auth.log");
    await host.counts();
    host.failure("auth.log");
    expect(await host.counts()).toBe("auth_log: 1 failures (2 in the last hour), 0 sudo");
    host.nowMs += 60_000;
    host.journalFailure();
    expect(await host.counts()).toBe("journal: 2 failures (3 in the last hour), 0 sudo");
  });
});

describe("a log that is deleted before it is read", () => {
  test("is counted, and said", async () => {
    using host = new LogHost();
    host.failure("auth.log");
    await host.counts();
    host.restart();
    // The exporter is not running; what it did not read is rotated away.
    const path = join(host.folder, "auth.json");
    const state = JSON.parse(readFileSync(path, "utf8"));
    state.watch.position.files[0].size += 1234;
    writeFileSync(path, JSON.stringify(state));
    renameSync(join(host.folder, "var/log/auth.log"), join(host.folder, "gone"));
    host.failure("auth.log");
    const counts = await host.logs.poll();
    expect(counts?.lostBytes).toBe(1234);
    expect(host.warnings.join()).toContain("1234");
    host.restart();
    expect((await host.logs.poll())?.lostBytes).toBe(1234);
  });

  test("is counted when what came after is read in several turns, and a crash ends it", async () => {
    using host = new LogHost();
    host.failure("auth.log");
    await host.counts();
    host.restart();
    const path = join(host.folder, "auth.json");
    const state = JSON.parse(readFileSync(path, "utf8"));
    state.watch.position.files[0].size += 1234;
    writeFileSync(path, JSON.stringify(state));
    renameSync(join(host.folder, "var/log/auth.log"), join(host.folder, "gone"));
    for (let i = 0; i < 500; i++) host.failure("auth.log");
    let clockMs = 0;
    const paused = Promise.withResolvers<void>();
    const pause = () => new Promise<void>(() => paused.resolve());
    host.start({ clockMs: () => (clockMs += 1000), pause });
    void host.logs.poll();
    await paused.promise;
    host.start();
    expect((await host.logs.poll())?.lostBytes).toBe(1234);
  });
});
