import { describe, expect, test } from "bun:test";
import type { LogindFields } from "../../../src/sources/logs/record.ts";
import { parseLogindMessage } from "../../../src/sources/messages/logind.ts";

const START = "8d45620c1a4348dbb17410da57c60c66";
const STOP = "3354939424b4456d9802ca8333ed424a";
const SEAT = "fcbefc5da23d428093f97c82a9290f7b";

const fields = (own: Partial<LogindFields>): LogindFields => ({
  messageId: undefined,
  sessionId: undefined,
  leader: undefined,
  class: undefined,
  bootId: "",
  monotonicUs: 0,
  ...own,
});

describe("what logind logs", () => {
  test.each<[version: string, message: string, own: Partial<LogindFields>, event: unknown]>([
    [
      "257",
      "New session c3 of user alice.",
      { messageId: START, sessionId: "c3", leader: "85" },
      { kind: "started", id: "c3", leaderPid: 85, class: undefined },
    ],
    [
      "262",
      "New session 'c2' of user 'driver' with class 'manager' and type 'unspecified'.",
      { messageId: START, sessionId: "c2", leader: "73", class: "manager" },
      { kind: "started", id: "c2", leaderPid: 73, class: "manager" },
    ],
    [
      "247 to 262",
      "Session c3 logged out. Waiting for processes to exit.",
      { sessionId: "c3", leader: "85" },
      { kind: "ended", id: "c3" },
    ],
    [
      "247 to 262",
      "Removed session 12.",
      { messageId: STOP, sessionId: "12" },
      { kind: "ended", id: "12" },
    ],
    ["247 to 262", "New seat seat0.", { messageId: SEAT }, undefined],
    [
      "any, cut off",
      "New session c3 of user alice.",
      { messageId: START, leader: "85" },
      undefined,
    ],
    ["any, cut off", "New session c3.", { messageId: START, sessionId: "c3" }, undefined],
    ["none", "Removed session x.", { messageId: STOP, sessionId: "../etc/shadow" }, undefined],
    ["none", "Removed session x.", { messageId: STOP, sessionId: "1".repeat(65) }, undefined],
    ["none", "", { messageId: START, sessionId: "1", leader: "-1" }, undefined],
    ["any", "Session 3 is locked.", { sessionId: "3" }, undefined],
  ])("%s: %s %p", (_version, message, own, event) => {
    expect(parseLogindMessage(message, fields(own))).toEqual(event as never);
  });
});
