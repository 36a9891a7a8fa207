/** No message, whatever a client or a user wrote into it, takes more time than its length makes it. */
import { describe, test } from "bun:test";
import { parseDropbearMessage } from "../../src/sources/messages/dropbear.ts";
import { isConsoleLogin, isRootLogin } from "../../src/sources/messages/login.ts";
import { parseSshdMessage } from "../../src/sources/messages/sshd.ts";
import {
  isListenerTitle,
  isMonitorTitle,
  parseSshdTitle,
} from "../../src/sources/messages/sshd_title.ts";
import { parseSuMessage } from "../../src/sources/messages/su.ts";
import { parseSudoMessage } from "../../src/sources/messages/sudo.ts";
import { expectLinearText } from "../helpers/growth.ts";

const parsers: [
  name: string,
  parse: (text: string) => unknown,
  specials: string,
  starts: string[],
][] = [
  [
    "sshd",
    parseSshdMessage,
    " :/[]\\'1.",
    [
      "",
      "Accepted password for ",
      "Failed publickey for x from 192.0.2.1 port 1 ssh2: ",
      "Connection closed by authenticating user ",
      "Connection from ",
      "Invalid user ",
      "User x from ",
      "error: PAM: x for ",
      "error: maximum authentication attempts exceeded for ",
      "administratively prohibited connection for ",
      "Timeout before authentication for connection from ",
      "exited MaxStartups throttling after ",
      "x: Connection from ",
    ],
  ],
  [
    "dropbear",
    parseDropbearMessage,
    " :'<>()1.",
    [
      "",
      "Password auth succeeded for '",
      "Bad password attempt for '",
      "User '",
      "User account '",
      "Exit before auth from <1>: (user '",
      "Exit (",
      "Login attempt with wrong user ",
    ],
  ],
  [
    "login",
    (text) => [isRootLogin(text), isConsoleLogin(text)],
    " '",
    ["", "ROOT LOGIN ON ", "ROOT LOGIN "],
  ],
  ["su", parseSuMessage, " ():+-", ["", "(to ", "FAILED SU (to x) ", "Successful su for ", "+ "]],
  [
    "sudo",
    parseSudoMessage,
    ' :;=\\"1',
    [
      "",
      "bob : ",
      "bob : x ; ",
      "bob : TTY=pts/1 ; PWD=",
      "bob : TTY=pts/1 ; COMMAND=list ",
      "bob : TTY=pts/1 ; COMMAND=x ; EXIT=",
      "bob : TTY=pts/1 ; COMMAND=x ; SIGNAL=",
      "pam_unix(sudo:auth): authentication failure; ruser=",
      '@cee:{"sudo":{"accept":{"submituser":"',
      '@cee:{"sudo":{"reject":{"submituser":"a","command":"',
    ],
  ],
  [
    "a title",
    (text) => [parseSshdTitle("sshd", text), isMonitorTitle(text), isListenerTitle(text)],
    " :@/[],1",
    ["", "sshd: ", "sshd: a@", "sshd: a@pts/1,", "sshd-session: "],
  ],
];

for (const [name, parse, specials, starts] of parsers) {
  describe(`${name}: the time grows with the length at most, behind`, () => {
    test.each(starts)("%p", (start) => {
      expectLinearText(parse, specials, start);
      expectLinearText(parse, "", start, " from 192.0.2.1 port 1 ssh2");
    });
  });
}
