import { expect, test } from "bun:test";
import { endedFamilies } from "../../src/collectors/ended_sessions.ts";
import { Tally } from "../../src/model/auth/tally.ts";
import { series } from "../helpers/small_host.ts";

test("nothing where nothing tells of ends, not even 0", () => {
  expect(endedFamilies({ tally: new Tally(), knowsEnds: false })).toEqual([]);
});

test("the number of ends is the histogram's", () => {
  const tally = new Tally();
  const nowMs = Date.now();
  tally.take({ kind: "session_ended", seconds: 0.5 }, true, nowMs);
  tally.take({ kind: "session_ended", seconds: 40 }, true, nowMs);
  // Before counting began.
  tally.take({ kind: "session_ended", seconds: 7 }, false, nowMs);
  const lines = series(endedFamilies({ tally, knowsEnds: true }));
  expect(lines[0]).toBe("sessions_ended_total{} 2");
  expect(lines.slice(1, 5)).toEqual([
    "session_duration_seconds{1} 1",
    "session_duration_seconds{10} 1",
    "session_duration_seconds{60} 2",
    "session_duration_seconds{300} 2",
  ]);
  expect(lines.slice(-3)).toEqual([
    "session_duration_seconds{+Inf} 2",
    "session_duration_seconds{} 40.5",
    "session_duration_seconds{} 2",
  ]);
});
