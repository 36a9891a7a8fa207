import { describe, expect, test } from "bun:test";
import { isRootLogin } from "../../../src/sources/messages/login.ts";

/** Who writes it, and where its source has it. */
describe.each<[writer: string, rows: [message: string, isRoot: boolean][]]>([
  [
    "util-linux, login-utils/login.c, log_syslog and loginpam_auth. Debian 13's 2.41.5 printed these",
    [
      ["ROOT LOGIN ON pts/0", true],
      ["ROOT LOGIN ON pts/0 FROM client.example", true],
      ["FAILED LOGIN 1 FROM pts/0 FOR alice, Authentication failure", false],
      ["FAILED LOGIN 1 FROM pts/0 FOR nosuch user, Authentication failure", false],
    ],
  ],
  [
    "util-linux 2.23 to 2.41, login-utils/login.c, the same",
    [
      ["ROOT LOGIN ON tty1", true],
      ["LOGIN ON tty1 BY alice", false],
      ["LOGIN ON tty1 BY alice FROM client.example", false],
      ["DIALUP AT ttyS0 BY alice", false],
      ["FAILED LOGIN 1 FROM tty1 FOR ROOT LOGIN ON tty1, Authentication failure", false],
      ["FAILED LOGIN SESSION FROM pts/1 FOR nosuch user, Authentication failure", false],
      ["TOO MANY LOGIN TRIES (3) FROM tty1 FOR alice, Authentication failure", false],
    ],
  ],
  [
    "shadow, src/login.c, main. Debian 12's 4.13 printed these",
    [
      ["ROOT LOGIN  on '/dev/pts/0'", true],
      ["ROOT LOGIN  on '/dev/pts/0' from 'client.example'", true],
      ["FAILED LOGIN (1) on '/dev/pts/0' FOR 'alice', Authentication failure", false],
      ["FAILED LOGIN (1) on '/dev/pts/0' FOR 'UNKNOWN', Authentication failure", false],
    ],
  ],
  [
    "shadow 4.1 to 4.17, src/login.c, main",
    [
      ["'alice' logged in  on '/dev/tty1'", false],
      ["ILLEGAL ROOT LOGIN  on '/dev/tty1'", false],
      ["TOO MANY LOGIN TRIES (5) on '/dev/pts/1' FOR 'alice'", false],
      ["LOGIN 'root' REFUSED  on '/dev/tty1'", false],
      ["invalid password for 'root'  on '/dev/tty1'", false],
    ],
  ],
  [
    "BusyBox, loginutils/login.c, login_main. Debian 12's 1.35.0 and Debian 13's 1.37.0 printed these",
    [
      ["root login on 'pts/0'", true],
      ["root login on 'pts/0' from 'client.example'", true],
      ["invalid password for 'alice' on 'pts/0'", false],
      ["invalid password for 'UNKNOWN' on 'tty1'", false],
    ],
  ],
  [
    "Linux-PAM, beside each",
    [
      ["pam_unix(login:session): session opened for user root(uid=0) by root(uid=0)", false],
      ["pam_unix(remote:session): session opened for user root(uid=0) by (uid=0)", false],
    ],
  ],
])("%s", (_, rows) => {
  test.each(rows)("%s", (message, isRoot) => {
    expect(isRootLogin(message)).toBe(isRoot);
  });
});
