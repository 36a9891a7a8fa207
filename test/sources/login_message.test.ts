import { expect, test } from "bun:test";
import { type LoginEvent, parseLoginMessage } from "../../src/sources/login_message.ts";

const ROOT: LoginEvent = { kind: "login", root: true };
const USER: LoginEvent = { kind: "login", root: false };
const FAILURE: LoginEvent = { kind: "failure", root: false };

test.each<[program: string, message: string, event: LoginEvent | undefined]>([
  ["util-linux", "ROOT LOGIN ON tty1", ROOT],
  ["util-linux", "ROOT LOGIN ON pts/0 FROM client.example", ROOT],
  ["util-linux", "LOGIN ON tty1 BY alice", USER],
  ["util-linux", "FAILED LOGIN 1 FROM pts/1 FOR alice, Authentication failure", FAILURE],
  [
    "util-linux",
    "FAILED LOGIN 1 FROM tty1 FOR ROOT LOGIN ON tty1, Authentication failure",
    FAILURE,
  ],
  [
    "util-linux",
    "FAILED LOGIN SESSION FROM pts/1 FOR nosuch user, Authentication failure",
    FAILURE,
  ],
  ["util-linux", "TOO MANY LOGIN TRIES (3) FROM tty1 FOR alice, Authentication failure", FAILURE],
  ["shadow", "ROOT LOGIN  on '/dev/pts/0'", ROOT],
  ["shadow", "'alice' logged in on '/dev/tty1'", USER],
  ["shadow", "FAILED LOGIN (1) on '/dev/pts/0' FOR 'UNKNOWN', Authentication failure", FAILURE],
  ["shadow", "TOO MANY LOGIN TRIES (5) on '/dev/pts/1' FOR 'alice'", undefined],
  ["BusyBox", "root login on 'tty1'", ROOT],
  ["BusyBox", "invalid password for 'UNKNOWN' on 'tty1'", FAILURE],
  ["PAM", "pam_unix(login:session): session opened for user root(uid=0) by root(uid=0)", undefined],
])("%s: %s", (_, message, event) => {
  expect(parseLoginMessage(message)).toEqual(event);
});
