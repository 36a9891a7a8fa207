import { describe, expect, test } from "bun:test";
import { sessionFamilies } from "../../src/collectors/sessions.ts";
import type { Session } from "../../src/model/sessions/session.ts";

const ALICE: Session = {
  user: "alice",
  tty: "pts/0",
  fromIp: "203.0.113.9",
  type: "terminal",
  startSeconds: 100,
  lastInputSeconds: 150,
};
const TUNNEL: Session = {
  user: "alice",
  tty: "",
  fromIp: "203.0.113.9",
  type: "ssh-npty",
  startSeconds: 200,
  lastInputSeconds: undefined,
};

/** The families as exposition-like lines, by the last part of their names. */
function linesOf(sessions: Session[]): Record<string, string[]> {
  return Object.fromEntries(
    sessionFamilies(sessions).map(({ definition, samples }) => [
      definition.name.replace("user_sessions_", ""),
      samples.map(({ labels, value }) => `${Object.values(labels).join("|")} ${value}`).sort(),
    ]),
  );
}

describe("sessionFamilies", () => {
  test("nobody is 0 users, and no series of a session", () => {
    expect(linesOf([])).toEqual({
      logged_in_users: [" 0"],
      session_active: [],
      session_start_timestamp_seconds: [],
      session_last_input_timestamp_seconds: [],
    });
  });

  test("a session has the four labels of the contract", () => {
    const [, active] = sessionFamilies([ALICE]);
    expect(active!.definition.labels).toEqual(["username", "tty", "from_ip", "session_type"]);
    expect(active!.samples).toEqual([
      {
        labels: {
          username: "alice",
          tty: "pts/0",
          from_ip: "203.0.113.9",
          session_type: "terminal",
        },
        value: 1,
      },
    ]);
  });

  test("one user with several sessions is one user", () => {
    const lines = linesOf([ALICE, TUNNEL, { ...ALICE, tty: "pts/1" }, { ...ALICE, user: "bob" }]);
    expect(lines["logged_in_users"]).toEqual([" 2"]);
    expect(lines["session_active"]).toHaveLength(4);
  });

  test("two tunnels from one address are one series of 2, with the first's start", () => {
    expect(
      linesOf([TUNNEL, { ...TUNNEL, startSeconds: 190 }, { ...TUNNEL, startSeconds: 210 }]),
    ).toEqual({
      logged_in_users: [" 1"],
      session_active: ["alice||203.0.113.9|ssh-npty 3"],
      session_start_timestamp_seconds: ["alice||203.0.113.9|ssh-npty 190"],
      session_last_input_timestamp_seconds: [],
    });
  });

  test("of several inputs the newest counts", () => {
    const lines = linesOf([
      ALICE,
      { ...ALICE, lastInputSeconds: 170 },
      { ...ALICE, lastInputSeconds: 160 },
    ]);
    expect(lines["session_last_input_timestamp_seconds"]).toEqual([
      "alice|pts/0|203.0.113.9|terminal 170",
    ]);
  });

  test("a start that is not known is absent, and does not hide one that is", () => {
    const unknown = { ...TUNNEL, startSeconds: undefined };
    expect(linesOf([unknown])["session_start_timestamp_seconds"]).toEqual([]);
    expect(linesOf([unknown, TUNNEL])["session_start_timestamp_seconds"]).toEqual([
      "alice||203.0.113.9|ssh-npty 200",
    ]);
  });

  test("labels that only join to the same text stay two series", () => {
    const sessions: Session[] = [
      { ...TUNNEL, tty: "a,b", fromIp: "c" },
      { ...TUNNEL, tty: "a", fromIp: "b,c" },
      { ...TUNNEL, tty: 'a","b', fromIp: "c" },
    ];
    expect(linesOf(sessions)["session_active"]).toHaveLength(3);
  });
});
