import { describe, expect, test } from "bun:test";
import { LoggedIn } from "../../../src/model/auth/logged_in.ts";
import { SavedStateError } from "../../../src/sources/saved_value.ts";

const peer = (port: number | undefined, address: string | undefined = "192.0.2.1") => ({
  address,
  port,
});

describe("clients that have logged in", () => {
  test("are known by address and port until they go, once", () => {
    const clients = new LoggedIn();
    expect(clients.add(peer(1), 7)).toBe(true);
    expect(clients.remove(peer(2))).toBe(false);
    expect(clients.remove(peer(1, "192.0.2.2"))).toBe(false);
    expect(clients.remove(peer(1))).toBe(true);
    expect(clients.remove(peer(1))).toBe(false);
  });

  test("a login that is told twice is one; of another process it is another", () => {
    const clients = new LoggedIn();
    clients.add(peer(1), 7);
    expect(clients.add(peer(1), 7)).toBe(false);
    expect(clients.add(peer(1), 8)).toBe(true);
    // The process before it serves nobody any more.
    clients.removeServedBy(7);
    expect(clients.remove(peer(1))).toBe(true);
  });

  test("go with the process that serves them", () => {
    const clients = new LoggedIn();
    clients.add(peer(1), 7);
    clients.removeServedBy(8);
    clients.removeServedBy(7);
    expect(clients.remove(peer(1))).toBe(false);
  });

  test("a pid that serves another client keeps that one", () => {
    const clients = new LoggedIn();
    clients.add(peer(1), 7);
    clients.add(peer(2), 7);
    expect(clients.remove(peer(1))).toBe(true);
    clients.removeServedBy(7);
    expect(clients.remove(peer(2))).toBe(false);
  });

  test.each([[undefined], [peer(undefined)], [{ address: undefined, port: 1 }]])(
    "a client of whom only %j is told can't be known again",
    (told) => {
      const clients = new LoggedIn();
      expect(clients.add(told, 7)).toBe(true);
      expect(clients.add(told, 7)).toBe(true);
      expect(clients.remove(told)).toBe(false);
    },
  );

  test("the oldest of more than 2,048 are forgotten", () => {
    const clients = new LoggedIn();
    for (let port = 0; port < 2049; port++) clients.add(peer(port), port);
    expect(clients.remove(peer(0))).toBe(false);
    expect([clients.remove(peer(1)), clients.remove(peer(2048))]).toEqual([true, true]);
  });
});

describe("saved", () => {
  test("are read back the same", () => {
    const clients = new LoggedIn();
    clients.add(peer(1), 7);
    clients.add(peer(2), 8);
    const read = LoggedIn.from(JSON.parse(JSON.stringify(clients)));
    expect(JSON.stringify(read)).toBe(JSON.stringify(clients));
    read.removeServedBy(8);
    expect(read.remove(peer(2))).toBe(false);
    expect(read.remove(peer(1))).toBe(true);
  });

  test.each([[undefined], [{}], [[7]], [[["192.0.2.1 1", "7"]]], [[[1, 7]]]])(
    "%j is refused",
    (value) => {
      expect(() => LoggedIn.from(value)).toThrow(SavedStateError);
    },
  );
});
