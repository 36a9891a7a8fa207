import { describe, expect, test } from "bun:test";
import { SESSION_ACTIVE, SESSION_START } from "../../../src/collectors/sessions.ts";
import { UserFolding } from "../../../src/collectors/runtime/user_folding.ts";
import { rankOf } from "../../../src/collectors/user_ranks.ts";
import {
  type Family,
  byLabel,
  counter,
  family,
  gauge,
  newest,
  ofTheHost,
  ofThisRun,
} from "../../../src/metrics/metric.ts";
import { PROCESS_COUNT } from "../../../src/collectors/processes.ts";
import { type Random, randomFrom } from "../../helpers/random.ts";
import { series } from "../../helpers/small_host.ts";

const CPU = ofThisRun(counter("cpu_seconds_total", "", "username"));
const LOGINS = counter("user_logins_total", "", "username");
const SLICE = ofTheHost(counter("slice_cpu_seconds_total", "", "username"));
const LAST = newest(gauge("last_login_timestamp_seconds", "", "username"));
const everybody = (max: number) => ({ shows: () => true, max });

function fold(folding: UserFolding, families: Family[], max: number, isComplete = true) {
  const made = folding.fold([families], everybody(max), rankOf, isComplete);
  return { lines: series(made.families[0]!), isLimited: made.isLimited };
}

describe("beyond the limit", () => {
  test("gauges and counters are summed, time stamps are the newest, starts the earliest", () => {
    const session = (username: string, tty: string) => ({
      username,
      tty,
      from_ip: "192.0.2.1",
      session_type: "terminal",
    });
    const { lines, isLimited } = fold(
      new UserFolding(),
      [
        family(SESSION_ACTIVE, [
          { labels: session("a", "pts/0"), value: 1 },
          { labels: session("b", "pts/1"), value: 1 },
          { labels: session("c", "pts/2"), value: 2 },
        ]),
        family(SESSION_START, [
          { labels: session("b", "pts/1"), value: 50 },
          { labels: session("c", "pts/2"), value: 40 },
        ]),
        byLabel(LOGINS, [
          ["a", 1],
          ["b", 2],
          ["c", 3],
        ]),
        byLabel(LAST, [
          ["b", 7],
          ["c", 9],
        ]),
        byLabel(gauge("source", "", "source"), [["x", 1]]),
      ],
      1,
    );
    expect(isLimited).toBe(true);
    expect(lines).toEqual([
      "session_active{a|pts/0|192.0.2.1|terminal} 1",
      "session_active{other|||terminal} 3",
      "session_start_timestamp_seconds{other|||terminal} 40",
      "user_logins_total{a} 1",
      "user_logins_total{other} 5",
      "last_login_timestamp_seconds{other} 9",
      "source{x} 1",
    ]);
  });

  test("an account of the name other is part of it, and is no limit", () => {
    const families = [
      byLabel(PROCESS_COUNT, [
        ["other", 2],
        ["a", 1],
      ]),
    ];
    const { lines, isLimited } = fold(new UserFolding(), families, 5);
    expect(lines).toEqual(["process_count{a} 1", "process_count{other} 2"]);
    expect(isLimited).toBe(false);
  });

  test("who is not shown takes no place and is in no sum", () => {
    const made = new UserFolding().fold(
      [
        [
          byLabel(PROCESS_COUNT, [
            ["a", 1],
            ["b", 2],
            ["c", 4],
          ]),
        ],
      ],
      { shows: (user) => user !== "a", max: 1 },
      rankOf,
      true,
    );
    expect(series(made.families[0]!)).toEqual(["process_count{b} 2", "process_count{other} 4"]);
  });

  test("a counter that began in other stays there when its user gets a place", () => {
    const folding = new UserFolding();
    const families = (n: number) => [
      byLabel(
        PROCESS_COUNT,
        n > 0
          ? [
              ["a", 1],
              ["b", 1],
            ]
          : [["b", 1]],
      ),
      byLabel(LOGINS, [["b", 5 + n]]),
    ];
    expect(fold(folding, families(1), 1).lines).toContain("user_logins_total{other} 6");
    const later = fold(folding, families(2), 2);
    expect(later.isLimited).toBe(false);
    expect(later.lines).toContain("process_count{b} 1");
    expect(later.lines).toContain("user_logins_total{other} 7");
    const restarted = new UserFolding(JSON.parse(JSON.stringify(folding)));
    expect(fold(restarted, families(3), 2).lines).toContain("user_logins_total{other} 8");
  });

  test("a counter that comes to other brings only what it grows by", () => {
    const folding = new UserFolding();
    const families = (value: number) => [
      byLabel(PROCESS_COUNT, [["a", 1]]),
      byLabel(LOGINS, [
        ["a", 1],
        ["b", value],
      ]),
    ];
    expect(fold(folding, families(100), 2).lines).toContain("user_logins_total{b} 100");
    // What came since the last scrape comes along.
    expect(fold(folding, families(102), 1).lines).toContain("user_logins_total{other} 2");
    expect(fold(folding, families(103), 1).lines).toContain("user_logins_total{other} 3");
    const restarted = new UserFolding(JSON.parse(JSON.stringify(folding)));
    expect(fold(restarted, families(104), 1).lines).toContain("user_logins_total{other} 4");
  });

  test("of a counter that began anew as its user lost the place, all is growth", () => {
    const folding = new UserFolding();
    const families = (value: number) => [
      byLabel(PROCESS_COUNT, [["a", 1]]),
      byLabel(SLICE, [["b", value]]),
    ];
    fold(folding, families(50), 2);
    expect(fold(folding, families(5), 1).lines).toContain("slice_cpu_seconds_total{other} 5");
  });

  test("what the kernel counts anew, and what is gone, stays in the sum", () => {
    const folding = new UserFolding();
    const families = (...slices: [string, number][]) => [
      byLabel(PROCESS_COUNT, [["a", 1]]),
      byLabel(SLICE, slices),
    ];
    const other = (...slices: [string, number][]) =>
      fold(folding, families(...slices), 1).lines.find((line) => line.includes("{other}"));
    expect(other(["b", 10])).toBe("slice_cpu_seconds_total{other} 10");
    expect(other(["b", 4])).toBe("slice_cpu_seconds_total{other} 14");
    expect(other()).toBe("slice_cpu_seconds_total{other} 14");
    expect(other(["b", 5])).toBe("slice_cpu_seconds_total{other} 15");
  });

  test.each([
    [{}],
    [{ kept: "x", in_other: [], counters: [] }],
    [{ kept: [], in_other: [1], counters: [] }],
    [{ kept: [], in_other: [], counters: [["m"]] }],
    [[]],
  ])("a damaged state is refused: %j", (saved) => {
    expect(() => new UserFolding(saved)).toThrow();
  });
});

/** Users that come and go, with what they have done in all. */
class Crowd {
  readonly cpu = new Map<string, number>();
  readonly logins = new Map<string, number>();
  private readonly slices = new Map<string, number>();
  private present: string[] = [];

  constructor(private readonly random: Random) {}

  step(): Family[] {
    const users = Array.from({ length: 60 }, () => `u${this.random.below(5000)}`);
    this.present = [...new Set([...this.present.filter(() => this.random.below(3) > 0), ...users])];
    for (const user of this.present) {
      this.cpu.set(user, (this.cpu.get(user) ?? 0) + this.random.below(9));
      if (this.random.below(4) === 0) this.logins.set(user, (this.logins.get(user) ?? 0) + 1);
      this.slices.set(user, (this.slices.get(user) ?? 0) + this.random.below(5));
    }
    const present = new Set(this.present);
    for (const user of this.slices.keys()) if (!present.has(user)) this.slices.delete(user);
    const sessions = this.present.filter((_, i) => i % 2 === 0);
    const lastLogins = Array.from({ length: 300 }, (_, i): [string, number] => [`u${i}`, i]);
    return [
      family(
        SESSION_ACTIVE,
        sessions.map((username) => ({
          labels: { username, tty: "", from_ip: "", session_type: "ssh-npty" },
          value: 1,
        })),
      ),
      byLabel(
        PROCESS_COUNT,
        this.present.map((user) => [user, 1]),
      ),
      byLabel(CPU, this.cpu),
      byLabel(LOGINS, this.logins),
      byLabel(SLICE, this.slices),
      byLabel(LAST, lastLogins),
    ];
  }

  restart(): void {
    this.cpu.clear();
  }
}

test("5,000 users over 200 scrapes, restarts and other limits: no counter falls or jumps", () => {
  const crowd = new Crowd(randomFrom(7));
  let folding = new UserFolding();
  let max = 400;
  let before = new Map<string, number>();
  let sumBefore = 0;
  const wrong: string[] = [];
  for (let scrape = 0; scrape < 200; scrape++) {
    const isRestart = scrape === 70 || scrape === 150;
    if (isRestart) {
      folding = new UserFolding(JSON.parse(JSON.stringify(folding)));
      crowd.restart();
    }
    const oldMax = max;
    if (scrape === 100) max = 150;
    if (scrape === 130) max = 500;
    const made = crowd.step();
    // Every seventh is a scrape with a filter: it knows less.
    const isComplete = scrape % 7 !== 6;
    const given = isComplete ? made : made.slice(2, 4);
    const shown = folding.fold([given], everybody(max), rankOf, isComplete).families[0]!;
    const now = new Map<string, number>();
    const users = new Set<string>();
    for (const { definition, samples } of shown) {
      for (const { labels, value } of samples) {
        const user = labels["username"]!;
        if (user !== "other") users.add(user);
        if (definition.type !== "counter") continue;
        now.set(`${definition.name.replace("user_sessions_", "")}{${user}}`, value);
      }
    }
    if (isComplete) expect(users.size).toBeLessThanOrEqual(max);
    const logins = [...crowd.logins.values()].reduce((a, b) => a + b, 0);
    for (const [name, value] of before) {
      const isOfRun = name.startsWith("cpu");
      if (isRestart && isOfRun) continue;
      const later = now.get(name);
      // The kernel's counter of a slice goes with the slice; one with a place may lose it to a lower limit.
      if (later === undefined || name.startsWith("slice_cpu_seconds_total{u")) continue;
      if (later < value) wrong.push(`${scrape}: ${name} fell from ${value} to ${later}`);
      if (name === "user_logins_total{other}" && later - value > logins - sumBefore) {
        wrong.push(`${scrape}: ${name} jumped from ${value} to ${later}`);
      }
    }
    // Whatever is shown by name or as other is what was done, as long as nobody lost a place.
    const total = [...now].filter(([name]) => name.startsWith("user_logins")).map(([, n]) => n);
    if (scrape < 100) expect(total.reduce((a, b) => a + b, 0)).toBe(logins);
    expect(max <= oldMax || scrape === 130).toBe(true);
    before = now;
    sumBefore = logins;
  }
  expect(wrong).toEqual([]);
  expect(before.has("user_logins_total{other}")).toBe(true);
}, 300_000);
