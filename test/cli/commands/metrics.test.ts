import { expect, test } from "bun:test";
import { appendFileSync, mkdirSync } from "node:fs";
import { authLogLine } from "../../helpers/attempt_lines.ts";
import { program } from "../../helpers/program.ts";
import { SmallHost } from "../../helpers/small_host.ts";

test("metrics prints one collection; flags and environment take effect", async () => {
  using host = new SmallHost();
  const words = ["-path.rootfs", host.folder, "metrics", "--no-collector.users"];
  const { stdout, stderr, code } = await program(words, { EXCLUDE_USERS: "bob" });
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout).toContain("user_sessions_logged_in_users 1\n");
  expect(stdout).toContain('user_sessions_cpu_ratio{username="alice"} 0\n');
  expect(stdout).not.toContain("user_info");
  expect(stdout).not.toContain('collector="users"');
  expect(stdout).not.toContain("bob");
});

test("metrics has no counter that would begin anew with each run, and nothing of its own process", async () => {
  using host = new SmallHost();
  const failure = "Failed password for invalid user eve from 192.0.2.1 port 1 ssh2";
  const log = host.write("/var/log/auth.log", authLogLine(Date.now(), 1, failure));
  const words = ["metrics", "--path.rootfs", host.folder];
  const once = (await program(words)).stdout;
  expect(once).toContain("user_sessions_failed_logins_1h 1\n");
  expect(once).not.toMatch(/^# TYPE \S+ counter$/m);
  expect(once).not.toMatch(/^process_/m);

  const kept = [...words, `--state.directory=${host.folder}/state`];
  mkdirSync(`${host.folder}/state`);
  const failed = 'user_sessions_failed_logins_total{reason="invalid_user"}';
  expect((await program(kept)).stdout).toContain(`${failed} 0\n`);
  for (const count of [1, 2]) {
    appendFileSync(log, authLogLine(Date.now(), 1, failure));
    const again = (await program(kept)).stdout;
    expect(again).toContain(`${failed} ${count}\n`);
    expect(again).not.toContain("cpu_seconds_total");
  }
});
