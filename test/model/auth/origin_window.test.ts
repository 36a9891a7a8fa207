import { describe, expect, test } from "bun:test";
import { FailureWindow } from "../../../src/model/auth/failure_window.ts";
import { MAX_ORIGINS } from "../../../src/model/auth/origin_window.ts";

const NOW_MS = Date.UTC(2026, 10, 23, 12);
const MINUTE_MS = 60_000;

function saved(window: FailureWindow): FailureWindow {
  return FailureWindow.from(JSON.parse(JSON.stringify(window)));
}

describe("the origins of the last hour", () => {
  test("are those with most failures, most first, over a restart", () => {
    const window = new FailureWindow();
    for (let i = 0; i < 20; i++) {
      window.add(NOW_MS - i * MINUTE_MS, NOW_MS, i + 1, `192.0.2.${i}`, "bad_credentials");
    }
    window.add(NOW_MS, NOW_MS, 2, "192.0.2.19", "invalid_user");
    for (const each of [window, saved(window)]) {
      const top = each.topOrigins(NOW_MS, 10);
      expect(top).toHaveLength(10);
      expect(top.slice(0, 2)).toEqual([
        { address: "192.0.2.19", failures: 22 },
        { address: "192.0.2.18", failures: 19 },
      ]);
      expect(each.failuresByReason(NOW_MS)).toEqual({
        invalid_user: 2,
        bad_credentials: 210,
        no_credentials: 0,
      });
    }
  });

  test("count no failure that is over an hour and five minutes old", () => {
    const window = new FailureWindow();
    window.add(NOW_MS, NOW_MS, 7, "192.0.2.1");
    const later = NOW_MS + 65 * MINUTE_MS;
    window.add(later, later, 1, "192.0.2.1");
    expect(window.topOrigins(later, 10)).toEqual([{ address: "192.0.2.1", failures: 1 }]);
    expect(window.topOrigins(later + 60 * MINUTE_MS, 10)).toEqual([]);
  });

  test("have what was told without an address", () => {
    const window = new FailureWindow();
    window.add(NOW_MS, NOW_MS, 2, undefined, "bad_credentials");
    window.addOrigin(NOW_MS, NOW_MS, 2, "192.0.2.1");
    expect(window.failures(NOW_MS)).toBe(2);
    expect(window.topOrigins(NOW_MS, 10)).toEqual([{ address: "192.0.2.1", failures: 2 }]);
    expect(window.sources(NOW_MS).count).toBe(1);
  });

  test("of 1.0.0's state had a failure each", () => {
    const old = {
      counts: [[NOW_MS / 1000, 5]],
      sources: [["192.0.2.1", NOW_MS / 1000]],
      overflowSecond: 0,
    };
    const window = FailureWindow.from(old);
    expect(window.failures(NOW_MS)).toBe(5);
    expect(window.topOrigins(NOW_MS, 10)).toEqual([{ address: "192.0.2.1", failures: 1 }]);
  });

  test("take bounded room, whatever the times", () => {
    const window = new FailureWindow();
    for (let i = 0; i < 5000; i++) {
      const nowMs = NOW_MS + ((i * 7919) % 5000) * 10 * MINUTE_MS;
      window.add(nowMs, nowMs, 1, "192.0.2.1");
    }
    expect(JSON.stringify(window).length).toBeLessThan(110_000);
    const other = new FailureWindow();
    for (let i = 0; i < MAX_ORIGINS + 10; i++) other.add(NOW_MS, NOW_MS, 1, `a${i}`);
    expect(other.topOrigins(NOW_MS, 1e9)).toHaveLength(MAX_ORIGINS);
    expect(other.sources(NOW_MS).exceeded).toBeTrue();
  });
});
