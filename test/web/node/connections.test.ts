import { describe, expect, test } from "bun:test";
import { Socket } from "node:net";
import { Connections } from "../../../src/web/node/connections.ts";

function setUp() {
  let nowMs = 0;
  const connections = new Connections(() => nowMs);
  const add = () => {
    const socket = new Socket();
    connections.add(socket);
    return socket;
  };
  const sweepAt = (seconds: number) => {
    nowMs = seconds * 1000;
    connections.sweep();
  };
  return { connections, add, sweepAt };
}

describe("Connections", () => {
  test("a client that never asks is ended after half a minute, and not before", () => {
    const { add, sweepAt } = setUp();
    const silent = add();
    sweepAt(30);
    expect(silent.destroyed).toBe(false);
    sweepAt(31);
    expect(silent.destroyed).toBe(true);
  });

  test("an answer has a minute, and the next request half a minute from its end", () => {
    const { connections, add, sweepAt } = setUp();
    const client = add();
    sweepAt(20);
    const done = connections.begin(client, 4);
    sweepAt(79);
    expect(client.destroyed).toBe(false);
    done!();
    sweepAt(100);
    expect(client.destroyed).toBe(false);
    sweepAt(110);
    expect(client.destroyed).toBe(true);
  });

  test("a client that does not read its answer is ended after a minute", () => {
    const { connections, add, sweepAt } = setUp();
    const client = add();
    connections.begin(client, 4);
    sweepAt(60);
    expect(client.destroyed).toBe(false);
    sweepAt(61);
    expect(client.destroyed).toBe(true);
  });

  test("unread answers are counted, each ends once", () => {
    const { connections, add } = setUp();
    const ends = [add(), add()].map((socket) => connections.begin(socket, 4));
    expect(connections.unread).toBe(2);
    ends[0]!();
    ends[0]!();
    expect(connections.unread).toBe(1);
    ends[1]!();
    expect(connections.unread).toBe(0);
  });

  test("two requests of one connection: it is idle when both are answered", () => {
    const { connections, add, sweepAt } = setUp();
    const client = add();
    const [first, second] = [connections.begin(client, 4), connections.begin(client, 4)];
    first!();
    sweepAt(50);
    expect(client.destroyed).toBe(false);
    second!();
    connections.end("idle");
    expect(client.destroyed).toBe(true);
  });

  test("who sends more requests than so many before it has answers is ended, and costs nothing more", () => {
    const { connections, add } = setUp();
    const client = add();
    const first = connections.begin(client, 2);
    connections.begin(client, 2);
    first!();
    expect(connections.begin(client, 2)).toBeDefined();
    expect(client.destroyed).toBe(false);
    for (let i = 0; i < 5_000; i++) expect(connections.begin(client, 2)).toBeUndefined();
    expect(client.destroyed).toBe(true);
    expect(connections.unread).toBe(2);
  });

  test("at the end the idle go first, those that are answered later", () => {
    const { connections, add } = setUp();
    const [idle, answered] = [add(), add()];
    connections.begin(answered, 4);
    connections.end("idle");
    expect([idle.destroyed, answered.destroyed]).toEqual([true, false]);
    connections.end("all");
    expect(answered.destroyed).toBe(true);
  });
});
