import { describe, expect, test } from "bun:test";
import {
  addPeer,
  conclude,
  connectionOf,
  isOther,
  newConnection,
  rowOf,
} from "../../../src/model/auth/connection.ts";
import type { Outcome } from "../../../src/model/auth/outcome.ts";
import { SavedStateError } from "../../../src/sources/saved_value.ts";

const connection = (more: Partial<ReturnType<typeof newConnection>> = {}) =>
  Object.assign(newConnection(1000), more);

function outcomes(act: (emit: (outcome: Outcome) => void) => void): Outcome[] {
  const told: Outcome[] = [];
  act((outcome) => told.push(outcome));
  return told;
}

describe("a connection that ends", () => {
  test("without a name is an unauthenticated disconnect, once", () => {
    const it = connection();
    expect(outcomes((emit) => conclude(it, 2000, emit))).toEqual([
      { kind: "unauthenticated_disconnect" },
    ]);
    expect(outcomes((emit) => conclude(it, 2000, emit))).toEqual([]);
  });

  test.each([
    [true, "invalid_user"],
    [false, "no_credentials"],
  ] as const)("with a name and no refusal is a failure: invalid %p, %s", (invalid, reason) => {
    const it = connection({ named: true, invalid, address: "192.0.2.1" });
    expect(outcomes((emit) => conclude(it, 2000, emit))).toEqual([
      { kind: "failure", reason, count: 1, timeMs: 2000, address: "192.0.2.1" },
    ]);
  });

  test("with refusals that were counted is nothing more", () => {
    const it = connection({ named: true, failures: 2 });
    expect(outcomes((emit) => conclude(it, 2000, emit))).toEqual([]);
  });
});

describe("the client's address", () => {
  test("is told later for the failures that came without it, once", () => {
    const it = connection({ failures: 3, failuresWithoutOrigin: 2 });
    expect(outcomes((emit) => addPeer(it, { address: undefined, port: 4000 }, emit))).toEqual([]);
    const peer = { address: "192.0.2.1", port: 5000 };
    expect(outcomes((emit) => addPeer(it, peer, emit))).toEqual([
      { kind: "failure_origin", count: 2, timeMs: 1000, address: "192.0.2.1" },
    ]);
    expect([it.address, it.port]).toEqual(["192.0.2.1", 4000]);
    expect(outcomes((emit) => addPeer(it, peer, emit))).toEqual([]);
  });

  test("is told for a failure at the end, too", () => {
    const it = connection({ named: true });
    outcomes((emit) => conclude(it, 1000, emit));
    const peer = { address: "192.0.2.1", port: 1 };
    expect(outcomes((emit) => addPeer(it, peer, emit))).toHaveLength(1);
  });
});

test.each([
  [undefined, false],
  [{ address: "192.0.2.1", port: 4000 }, false],
  [{ address: "192.0.2.1", port: 4001 }, true],
  [{ address: "192.0.2.2", port: 4000 }, true],
  [{ address: undefined, port: 4001 }, true],
  [{ address: undefined, port: undefined }, false],
  [{ address: "192.0.2.2", port: undefined }, true],
])("a message of the client %j is of another connection: %p", (peer, expected) => {
  expect(isOther(connection({ address: "192.0.2.1", port: 4000 }), peer)).toBe(expected);
  expect(isOther(connection(), peer)).toBe(false);
});

describe("saved", () => {
  const all = connection({
    address: "192.0.2.1",
    port: 4000,
    failures: 3,
    failuresWithoutOrigin: 1,
    named: true,
    invalid: true,
    pamCounted: true,
    isConcluded: true,
    lastMs: 7,
  });

  test("is read back the same, through JSON", () => {
    for (const it of [all, newConnection(5)])
      expect(connectionOf(JSON.parse(JSON.stringify(rowOf(it))))).toEqual(it);
  });

  test("by 1.0.0, which had fewer fields, is read too", () => {
    const old = connectionOf(rowOf(all).slice(0, 7));
    expect(old).toEqual({ ...all, isConcluded: false, failuresWithoutOrigin: 0 });
  });

  test.each([0, 1, 2, 3, 4, 5, 6, 7, 8])("a bad field %p is refused", (i) => {
    const row = rowOf(all).with(i, {});
    expect(() => connectionOf(row)).toThrow(SavedStateError);
  });
});
