import { describe, expect, test } from "bun:test";
import { Connections, MAX_CONNECTIONS } from "../../../src/model/auth/connections.ts";
import type { Outcome } from "../../../src/model/auth/outcome.ts";
import { SavedStateError } from "../../../src/sources/saved_value.ts";
import type { SshEvent } from "../../../src/sources/messages/ssh_event.ts";
import { lines, outcomesOf, sum } from "./samples.ts";

const START_MS = 1_000_000;
const peer = { address: "192.0.2.1", port: 4000 };
const named: SshEvent = { kind: "named", verdict: "valid", peer };
const refused = (method: string): SshEvent => ({ kind: "refused", method, verdict: "valid", peer });
const ended: SshEvent = {
  kind: "ended",
  verdict: undefined,
  preauth: true,
  unsure: false,
  pid: undefined,
  peer,
};
const accepted: SshEvent = { kind: "accepted", method: "publickey", user: "toor", peer };

/** Connections that are driven event by event, a second apart. */
function driven(isRoot = (name: string) => name === "toor") {
  const told: Outcome[] = [];
  let nowMs = START_MS;
  const it = {
    connections: new Connections(isRoot),
    take(event: SshEvent, pid = 7, copies = 1) {
      const record = { timeMs: nowMs, identifier: "sshd", pid, message: "", copies };
      it.connections.take(event, record, (outcome) => told.push(outcome));
      nowMs += 1000;
      return it;
    },
    expire(timeMs: number) {
      it.connections.expire(timeMs, (outcome) => told.push(outcome));
      return it;
    },
    restart() {
      const saved = JSON.parse(JSON.stringify(it.connections)) as Record<string, unknown>;
      it.connections = Connections.from(saved, isRoot);
      return it;
    },
    get sums() {
      return sum(told);
    },
  };
  return it;
}

describe("an attempt counts once", () => {
  test.each<[string, SshEvent[], Record<string, number>]>([
    ["named and ended", [named, ended], { no_credentials: 1 }],
    ["ended alone", [ended], { N: 1 }],
    ["opened and ended", [{ kind: "opened", peer }, ended], { N: 1 }],
    [
      "refused passwords",
      [refused("password"), refused("password"), ended],
      { bad_credentials: 2 },
    ],
    ["keys do not count", [refused("publickey"), refused("none"), ended], { no_credentials: 1 }],
    [
      "PAM's line and sshd's are one",
      [{ kind: "pam_refused", verdict: "valid", peer }, refused("keyboard-interactive/pam"), ended],
      { bad_credentials: 2 },
    ],
    ["a login", [named, accepted], { "login publickey root": 1 }],
    ["a login that is told twice", [accepted, accepted], { "login publickey root": 1 }],
    [
      "the end of a login looks like that of a stranger",
      [accepted, { ...ended, preauth: false }],
      { "login publickey root": 1 },
    ],
    [
      "given up, and its end",
      [{ kind: "given_up", verdict: "invalid", peer }, ended],
      { invalid_user: 1 },
    ],
    ["an end that may be nobody's", [{ ...ended, unsure: true }], {}],
  ])("%s", (_, events, sums) => {
    const it = driven();
    for (const event of events) it.take(event);
    expect(it.expire(Number.MAX_SAFE_INTEGER).sums).toEqual(sums);
  });

  test("refusals that the daemon folded count as often as they happened", () => {
    expect(driven().take(refused("password"), 7, 3).take(ended).sums).toEqual({
      bad_credentials: 3,
    });
  });

  test("whatever the restart, the sums are the same", () => {
    const events = [named, refused("password"), refused("publickey"), ended, accepted];
    const whole = driven();
    const torn = driven();
    for (const event of events) {
      whole.take(event);
      torn.restart().take(event).restart();
    }
    expect(torn.sums).toEqual(whole.sums);
  });
});

describe("a connection of which nothing is heard", () => {
  test.each([
    [600_000, {}],
    [600_001, { no_credentials: 1 }],
    [-600_001, { no_credentials: 1 }],
  ])("for %p ms comes to %j", (idleMs, sums) => {
    expect(
      driven()
        .take(named)
        .expire(START_MS + idleMs).sums,
    ).toEqual(sums);
  });

  test("is no longer idle once something is heard of it", () => {
    const it = driven().take(named, 7).take(named, 8).take(refused("publickey"), 7);
    expect(it.expire(START_MS + 601_500).sums).toEqual({ no_credentials: 1 });
  });
});

test("more open connections than are followed: the oldest is taken for ended, once", () => {
  const count = MAX_CONNECTIONS + 1;
  const records = Array.from({ length: count }, (_, pid) => {
    return lines("sshd", pid, [`Invalid user a from 192.0.2.1 port ${pid}`])[0]!;
  });
  expect(sum(outcomesOf(records))).toEqual({ invalid_user: 1 });
  expect(sum(outcomesOf(records, 700_000))).toEqual({ invalid_user: count });
});

test.each([
  [{ open: [], loggedIn: [], firstPid: "1" }],
  [{ open: [["7"]], loggedIn: [] }],
  [{ open: {}, loggedIn: [] }],
  [{ open: [] }],
])("the saved state %j is refused", (value) => {
  expect(() => Connections.from(value, () => false)).toThrow(SavedStateError);
});
