import { expect, test } from "bun:test";
import { parseSuMessage, type SuEvent } from "../../../src/sources/messages/su.ts";

test.each<[message: string, event: SuEvent | undefined]>([
  ["(to root) alice on pts/1", { success: true, caller: "alice" }],
  ["(to bob) root on none", { success: true, caller: "root" }],
  ["FAILED SU (to root) alice on pts/1", { success: false, caller: "alice" }],
  ["FAILED RUNUSER (to root) alice on pts/1", undefined],
  ["pam_unix(su:session): session opened for user root(uid=0) by (uid=1000)", undefined],
])("%s", (message, event) => {
  expect(parseSuMessage(message)).toEqual(event);
});
