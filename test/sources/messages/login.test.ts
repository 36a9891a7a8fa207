import { expect, test } from "bun:test";
import { isConsoleLogin, isRootLogin } from "../../../src/sources/messages/login.ts";

test.each<[program: string, message: string, isRoot: boolean]>([
  ["util-linux", "ROOT LOGIN ON tty1", true],
  ["util-linux", "ROOT LOGIN ON pts/0 FROM client.example", true],
  ["util-linux", "LOGIN ON tty1 BY alice", false],
  ["util-linux", "FAILED LOGIN 1 FROM pts/1 FOR alice, Authentication failure", false],
  ["util-linux", "FAILED LOGIN 1 FROM tty1 FOR ROOT LOGIN ON tty1, Authentication failure", false],
  ["util-linux", "FAILED LOGIN SESSION FROM pts/1 FOR nosuch user, Authentication failure", false],
  ["util-linux", "TOO MANY LOGIN TRIES (3) FROM tty1 FOR alice, Authentication failure", false],
  ["shadow", "ROOT LOGIN  on '/dev/pts/0'", true],
  ["shadow", "'alice' logged in on '/dev/tty1'", false],
  ["shadow", "FAILED LOGIN (1) on '/dev/pts/0' FOR 'UNKNOWN', Authentication failure", false],
  ["shadow", "TOO MANY LOGIN TRIES (5) on '/dev/pts/1' FOR 'alice'", false],
  ["BusyBox", "root login on 'tty1'", true],
  ["BusyBox", "invalid password for 'UNKNOWN' on 'tty1'", false],
  ["PAM", "pam_unix(login:session): session opened for user root(uid=0) by root(uid=0)", false],
])("%s: %s", (_, message, isRoot) => {
  expect(isRootLogin(message)).toBe(isRoot);
});

test.each<[program: string, message: string, isLogin: boolean]>([
  ["util-linux", "ROOT LOGIN ON tty1", true],
  ["util-linux", "LOGIN ON tty1 BY alice", true],
  ["util-linux", "DIALUP AT ttyS0 BY alice", true],
  ["util-linux", "FAILED LOGIN 1 FROM tty1 FOR LOGIN ON tty1 BY x, Authentication failure", false],
  ["shadow", "ROOT LOGIN  on '/dev/pts/0'", true],
  ["BusyBox", "root login on 'tty1'", true],
  ["PAM", "pam_unix(login:session): session opened for user al(uid=7) by al(uid=0)", true],
  ["PAM", "pam_unix(login:session): session closed for user al", false],
])("%s: %s is a login: %p", (_, message, isLogin) => {
  expect(isConsoleLogin(message)).toBe(isLogin);
});
