import { describe, expect, test } from "bun:test";
import {
  type Family,
  byLabel,
  counter,
  family,
  gauge,
  single,
} from "../../../src/metrics/metric.ts";
import { sessionFamilies } from "../../../src/collectors/sessions.ts";
import type { Session } from "../../../src/model/sessions/session.ts";
import { summarize } from "../../../src/web/page/summary.ts";
import { UNKNOWN } from "./summaries.ts";

const session = (user: string, more: Partial<Session>): Session => ({
  user,
  tty: "",
  fromIp: "",
  type: "ssh-npty",
  startSeconds: undefined,
  lastInputSeconds: undefined,
  ...more,
});

const perUser = (name: string, values: [string, number][]) =>
  byLabel(gauge(name, "", "username"), values);

describe("summarize", () => {
  test("of nothing, nothing is known", () => {
    expect(summarize([])).toEqual(UNKNOWN);
  });

  test("that nobody is logged in is something else than not to know", () => {
    expect(summarize(sessionFamilies([]))).toMatchObject({ sessions: [], loggedInUsers: 0 });
  });

  test("names the collectors that failed", () => {
    const success = byLabel(gauge("collector_success", "", "collector"), [
      ["auth", 0],
      ["sessions", 1],
    ]);
    expect(summarize([success]).failedCollectors).toEqual(["auth"]);
  });

  test("puts start and input to the session they belong to", () => {
    const families = sessionFamilies([
      session("alice", { tty: "pts/0", type: "terminal", startSeconds: 5, lastInputSeconds: 7 }),
      session("alice", { tty: "pts/1", type: "terminal", startSeconds: 6 }),
      session("bob", { fromIp: "203.0.113.9" }),
      session("bob", { fromIp: "203.0.113.9" }),
    ]);
    const shown = summarize(families).sessions!.map(
      ({ user, tty, from, count, startSeconds, lastInputSeconds }) =>
        `${user} ${tty} ${from} ${count} ${startSeconds} ${lastInputSeconds}`,
    );
    expect(shown).toEqual([
      "alice pts/0  1 5 7",
      "alice pts/1  1 6 undefined",
      "bob  203.0.113.9 2 undefined undefined",
    ]);
  });

  test("takes the failed logins and root logins, 0 too", () => {
    const families: Family[] = [
      single(gauge("failed_logins_1h", ""), 0),
      single(gauge("failed_login_sources_1h", ""), 3),
      single(counter("root_logins_total", ""), 4),
    ];
    const summary = { failedLogins1h: 0, failedSources1h: 3, rootLogins: 4 };
    expect(summarize(families)).toMatchObject(summary);
  });

  test("orders users by CPU, then by memory, and shows the ten first", () => {
    const memory = Array.from({ length: 15 }, (_, i): [string, number] => [`user${i}`, i]);
    const families = [
      perUser("cpu_ratio", [
        ["user3", 0.5],
        ["user4", 0],
        ["user5", 0.6],
      ]),
      perUser("memory_bytes", memory),
      perUser("process_count", [["user5", 9]]),
      family(gauge("user_info", "", "username", "real_name"), [
        { labels: { username: "user5", real_name: "Five" }, value: 1 },
      ]),
    ];
    const users = summarize(families).users!;
    expect(users.map(({ user }) => user).slice(0, 4)).toEqual([
      "user5",
      "user3",
      "user14",
      "user13",
    ]);
    expect(users).toHaveLength(10);
    expect(summarize(families).realNames).toEqual(new Map([["user5", "Five"]]));
    expect(users[0]).toEqual({
      user: "user5",
      cpuRatio: 0.6,
      memoryBytes: 5,
      processCount: 9,
    });
    expect(users[2]).toMatchObject({ cpuRatio: undefined, processCount: undefined });
  });

  test("takes the slices that use half of a limit or more, nearest first", () => {
    const families = [
      perUser("slice_memory_bytes", [
        ["alice", 50],
        ["bob", 49],
        ["carol", 1000],
        ["other", 100],
      ]),
      perUser("slice_memory_limit_bytes", [
        ["alice", 100],
        ["bob", 100],
        ["dave", 100],
        ["other", 100],
      ]),
      perUser("slice_tasks", [["bob", 30]]),
      perUser("slice_tasks_limit", [["bob", 33]]),
    ];
    expect(summarize(families).slices).toEqual([
      { user: "bob", resource: "tasks", used: 30, limit: 33 },
      { user: "alice", resource: "memory", used: 50, limit: 100 },
    ]);
  });

  test("a slice that may have nothing is past its limit with anything, and not with nothing", () => {
    const families = [
      perUser("slice_memory_bytes", [
        ["alice", 1],
        ["bob", 0],
      ]),
      perUser("slice_memory_limit_bytes", [
        ["alice", 0],
        ["bob", 0],
      ]),
    ];
    expect(summarize(families).slices.map(({ user }) => user)).toEqual(["alice"]);
  });

  test("shows the ten slices nearest to their limit", () => {
    const memory = Array.from({ length: 15 }, (_, i): [string, number] => [`user${i}`, 80 + i]);
    const limits = memory.map(([user]): [string, number] => [user, 100]);
    const { slices } = summarize([
      perUser("slice_memory_bytes", memory),
      perUser("slice_memory_limit_bytes", limits),
    ]);
    expect(slices).toHaveLength(10);
    expect(slices[0]!.user).toBe("user14");
  });

  test.each([
    ["web_config_reload_success", "webConfigFailed", 0],
    ["config_reload_success", "reloadFailed", 0],
    ["users_limited", "usersLimited", 1],
  ] as const)("%s %s", (metric, field, value) => {
    expect(summarize([single(gauge(metric, ""), value)])[field]).toBe(true);
    expect(summarize([single(gauge(metric, ""), 1 - value)])[field]).toBe(false);
  });

  test("adds up who used sudo and su, most uses first; who did not is left out", () => {
    const uses = gauge("user_privilege_escalations_total", "", "username", "method", "result");
    const used = (username: string, method: string, result: string, value: number) => ({
      labels: { username, method, result },
      value,
    });
    const samples = [
      used("alice", "sudo", "success", 1),
      used("bob", "sudo", "success", 2),
      used("bob", "sudo", "failure", 3),
      used("bob", "su", "failure", 1),
      used("carol", "su", "failure", 0),
    ];
    expect(summarize([family(uses, samples)]).escalations).toEqual([
      { user: "bob", method: "sudo", succeeded: 2, failed: 3 },
      { user: "alice", method: "sudo", succeeded: 1, failed: 0 },
      { user: "bob", method: "su", succeeded: 0, failed: 1 },
    ]);
  });

  test("the ten newest logins, newest first", () => {
    const logins = Array.from({ length: 15 }, (_, i): [string, number] => [`user${i}`, i]);
    const { lastLogins } = summarize([perUser("last_login_timestamp_seconds", logins)]);
    expect(lastLogins).toHaveLength(10);
    expect(lastLogins[0]).toEqual({ user: "user14", seconds: 14 });
  });
});
