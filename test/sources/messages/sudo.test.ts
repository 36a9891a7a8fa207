import { expect, test } from "bun:test";
import { parseSudoMessage, type SudoEvent } from "../../../src/sources/messages/sudo.ts";

const RAN: SudoEvent = { kind: "ran", caller: "bob", rust: false };
const RAN_RUST: SudoEvent = { kind: "ran", caller: "bob", rust: true };
const REFUSED: SudoEvent = { kind: "refused", caller: "bob" };
const FIELDS = "TTY=pts/1 ; PWD=/ ; USER=root ; COMMAND=/usr/bin/id";

test.each<[message: string, event: SudoEvent | undefined]>([
  [`     bob : ${FIELDS}`, RAN],
  [`     bob : HOST=web1 ; ${FIELDS}`, RAN],
  ["     bob : TTY=unknown ; PWD=/ ; USER=root ; COMMAND=/usr/bin/id", RAN],
  ["bob : TTY=/dev/pts/0 ; PWD=/ ; USER=root ; COMMAND=/usr/bin/id", RAN_RUST],
  ["     bob : PWD=/ ; USER=root ; COMMAND=/usr/bin/id", RAN],
  ["bob :  PWD=/ ; USER=root ; COMMAND=/usr/bin/id", RAN_RUST],
  [
    `     bob : TTY=pts/1 ; PWD=/ ; USER=bin ; COMMAND=/bin/sh -c 'a : user NOT in sudoers ; TTY=x'`,
    RAN,
  ],
  ["     bob : (command continued) : TTY=pts/1 ; PWD=/ ; USER=root ; COMMAND=/bin/id", undefined],
  [`     bob : 3 incorrect password attempts ; ${FIELDS}`, REFUSED],
  [`     bob : 1 incorrect password attempt ; ${FIELDS}`, REFUSED],
  ["     bob : 1 incorrect password attempt ; PWD=/ ; USER=root ; COMMAND=/usr/bin/id", REFUSED],
  ["     bob : a password is required ; USER=root ; COMMAND=/usr/bin/id", REFUSED],
  [`     bob : user NOT in sudoers ; ${FIELDS}`, REFUSED],
  [`     bob : command not allowed ; ${FIELDS}`, REFUSED],
  [`     bob : user NOT authorized on host ; ${FIELDS}`, REFUSED],
  [`     bob : a password is required ; ${FIELDS}`, REFUSED],
  [`     bob : problem with defaults entries ; TTY=pts/1 ; PWD=/ ; USER=root ;`, undefined],
  ["     bob : unable to resolve host vm: Temporary failure in name resolution", undefined],
  [
    "pam_unix(sudo:auth): authentication failure; logname= uid=1001 euid=0 tty=/dev/pts/1 ruser=bob rhost=  user=bob",
    { kind: "password_refused", caller: "bob" },
  ],
  ["pam_unix(sudo:auth): conversation failed", undefined],
  ["pam_unix(sudo:session): session opened for user root(uid=0) by (uid=1001)", undefined],
])("%s", (message, event) => {
  expect(parseSudoMessage(message)).toEqual(event);
});
