import { describe, expect, test } from "bun:test";
import type { Session } from "../../../src/model/sessions/session.ts";
import { MAX_SERIES_PER_USER, SessionSeries } from "../../../src/model/sessions/session_series.ts";

const viewer = (i: number, user = "alice"): Session => ({
  user,
  tty: "vnc:1",
  fromIp: `10.0.${i >> 8}.${i & 255}`,
  type: "vnc",
  startSeconds: undefined,
  lastInputSeconds: undefined,
});
const viewers = (count: number, first = 0) =>
  Array.from({ length: count }, (_, i) => viewer(first + i));
const total = (groups: { sessions: Session[] }[]) =>
  groups.reduce((sum, { sessions }) => sum + sessions.length, 0);

describe("8,000 viewers of one server", () => {
  test("are a hundred series and one for the rest, and their number is right", () => {
    const groups = new SessionSeries().group([...viewers(8000), viewer(1, "bob")]);
    expect(groups.filter(({ user }) => user === "bob")).toHaveLength(1);
    expect(groups).toHaveLength(MAX_SERIES_PER_USER + 2);
    expect(total(groups)).toBe(8001);
    expect(groups.find(({ fromIp }) => fromIp === "")).toMatchObject({
      user: "alice",
      tty: "",
      type: "vnc",
    });
  });

  test("who has a series keeps it, whoever comes", () => {
    const series = new SessionSeries();
    series.group([viewer(7000), ...viewers(MAX_SERIES_PER_USER - 1)]);
    const addresses = series.group(viewers(8000)).map(({ fromIp }) => fromIp);
    expect(addresses).toContain(viewer(7000).fromIp);
    expect(addresses).toContain(viewer(98).fromIp);
    expect(addresses).not.toContain(viewer(99).fromIp);
    // Once they have gone, their places are free.
    series.group(viewers(10));
    const later = series.group(viewers(8000)).map(({ fromIp }) => fromIp);
    expect(later).toContain(viewer(99).fromIp);
    expect(later).not.toContain(viewer(7000).fromIp);
  });
});

test("each type has a rest of its own, which joins what has neither terminal nor address anyway", () => {
  const tunnel = (fromIp: string): Session => ({ ...viewer(0), tty: "", fromIp, type: "ssh-npty" });
  const sessions = [tunnel(""), ...viewers(99), ...viewers(5, 500), tunnel("10.9.9.9")];
  const rest = new SessionSeries().group(sessions).filter(({ fromIp }) => fromIp === "");
  expect(rest.map(({ type, sessions: { length } }) => [type, length])).toEqual([
    ["ssh-npty", 2],
    ["vnc", 5],
  ]);
});

test("each session is looked at a fixed number of times", () => {
  const steps = (count: number) => {
    let looked = 0;
    const counted = viewers(count);
    for (const session of counted) {
      const get = () => (looked++, "alice");
      Object.defineProperty(session, "user", { get });
    }
    new SessionSeries().group(counted);
    return looked;
  };
  expect(steps(4000)).toBeLessThan(2.1 * steps(2000));
});
