import { describe, expect, test } from "bun:test";
import { type Rank, UserPlaces } from "../../../src/collectors/runtime/user_places.ts";

const ranks = (users: Record<string, Rank>) => new Map(Object.entries(users));

describe("places", () => {
  test("go to sessions, then processes, then counters, then last logins", () => {
    const places = new UserPlaces();
    places.assign(ranks({ login: 3, counter: 2, process: 1, session: 0 }), 3, true);
    expect(places.names.toSorted()).toEqual(["counter", "process", "session"]);
  });

  test("are kept by who has a session, processes or a counter, whoever comes", () => {
    const places = new UserPlaces();
    places.assign(ranks({ a: 0, b: 1, c: 2 }), 3, true);
    expect(places.assign(ranks({ a: 2, b: 2, c: 2, new: 0 }), 3, true)).toEqual([]);
    expect(places.has("new")).toBe(false);
  });

  test("are lost by who has only a last login, or nothing any more, to who has more", () => {
    const places = new UserPlaces();
    places.assign(ranks({ a: 3, b: 0, c: 0 }), 3, true);
    expect(places.assign(ranks({ a: 3, c: 0, x: 0, y: 1, z: 2 }), 3, true)).toEqual(["b", "a"]);
    expect(places.names.toSorted()).toEqual(["c", "x", "y"]);
    expect(places.assign(ranks({ c: 3, x: 0, y: 1, login: 3 }), 3, true)).toEqual([]);
  });

  test("nobody loses one to a collection that does not know everything", () => {
    const places = new UserPlaces();
    places.assign(ranks({ a: 0, b: 0 }), 2, true);
    expect(places.assign(ranks({ x: 0 }), 2, false)).toEqual([]);
    expect(places.assign(ranks({ a: 0 }), 1, false)).toEqual([]);
    expect(places.names).toEqual(["a", "b"]);
  });

  test("with a lower limit the least go first", () => {
    const places = new UserPlaces();
    places.assign(ranks({ a: 2, b: 0, c: 1, d: 3 }), 4, true);
    expect(places.assign(ranks({ a: 2, b: 0, c: 1, d: 3 }), 2, true)).toEqual(["d", "a"]);
    expect(places.names).toEqual(["b", "c"]);
  });

  test("an account of the name other has none", () => {
    const places = new UserPlaces();
    places.assign(ranks({ other: 0, a: 3 }), 5, true);
    expect(places.names).toEqual(["a"]);
  });

  test("a restart gives them back", () => {
    const places = new UserPlaces(["a", "b"]);
    places.assign(ranks({ a: 2, b: 2, x: 0 }), 2, true);
    expect(places.names).toEqual(["a", "b"]);
  });
});
