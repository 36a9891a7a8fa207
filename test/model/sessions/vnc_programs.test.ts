import { describe, expect, test } from "bun:test";
import { DESKTOP_PROGRAMS, portsOf } from "../../../src/model/sessions/vnc_programs.ts";
import { expectLinearText } from "../../helpers/growth.ts";

const ports = (comm: string, ...args: string[]) =>
  portsOf(DESKTOP_PROGRAMS.get(comm)![0]!, [comm, ...args]);

describe("portsOf", () => {
  test.each([
    [[":1"], [5901]],
    [[":1", "-rfbport", "0"], [5901]],
    [[":1", "-rfbport", "-1"], []],
    [[":1", "-rfbport"], [5901]],
    [[":1", "-rfbport", "x"], [5901]],
    [["rfbport"], []],
    [[":1", "--RfbPort=6000"], [6000]],
    [[":1", "-desktop", "host:2 (alice)"], [5901]],
    [[":123456"], []],
    [[], []],
  ])("Xtigervnc %j: %j", (args, expected) => {
    expect(ports("Xtigervnc", ...args)).toEqual(expected);
  });

  test("a browser's port beside that of viewers", () => {
    expect(ports("Xvnc", ":1", "-rfbport", "5901", "-websocketPort", "8443")).toEqual([5901, 8443]);
  });

  test("wayvnc's address and port", () => {
    expect(ports("wayvnc", "0.0.0.0", "5901")).toEqual([5901]);
    expect(ports("wayvnc", "-f", "60", "[::]:5902")).toEqual([60, 5902]);
  });
});

test("work grows with the length of the arguments", () => {
  expectLinearText((text) => ports("Xvnc", ...text.split("\0")), "\0-=:0a", "-rfbport\0");
  expectLinearText((text) => ports("wayvnc", text), "-=:0a");
});
