import { describe, expect, test } from "bun:test";
import { parseSudoMessage } from "../../../src/sources/messages/sudo.ts";

const FIELDS = "TTY=pts/1 ; PWD=/ ; USER=root ; COMMAND=/usr/bin/id";

/** What a message says, in short: `bob ran`, `bob ran (rust)`, `bob refused`, `bob pam_refused`. */
function said(message: string): string {
  const event = parseSudoMessage(message);
  if (event === undefined) return "nothing";
  if (event.kind !== "ran") return `${event.caller} ${event.kind}`;
  const end = event.endOf === undefined ? "" : " or ended";
  return `${event.caller} ran${end}${event.rust ? " (rust)" : ""}`;
}

/** Who writes it, and where its source has it. */
describe.each<[writer: string, rows: [message: string, says: string][]]>([
  [
    "sudo 1.8 to 1.9.17, lib/eventlog/eventlog.c, new_logline: a run",
    [
      // Debian 12's sudo 1.9.13p3 printed these.
      [`     bob : ${FIELDS}`, "bob ran"],
      ["     bob : PWD=/ ; USER=root ; COMMAND=/usr/bin/id", "bob ran"],
      [`     bob : HOST=web1 ; ${FIELDS}`, "bob ran"],
      // 1.8 without a terminal.
      ["     bob : TTY=unknown ; PWD=/ ; USER=root ; COMMAND=/usr/bin/id", "bob ran"],
      ["     bob : TTY=pts/1 ; CHROOT=/srv ; PWD=/ ; USER=root ; COMMAND=/bin/id", "bob ran"],
      [
        "     bob : TTY=pts/1 ; PWD=/ ; USER=a ; GROUP=b ; TSID=00001 ; ENV=A=1 ; COMMAND=/bin/x",
        "bob ran",
      ],
      ["     bob : TTY=pts/1 ; PWD=/ ; USER=root ; COMMAND=sudoedit /etc/hosts", "bob ran"],
      ["EXAMPLE\\alice : TTY=pts/1 ; PWD=/ ; USER=root ; COMMAND=/bin/id", "EXAMPLE\\alice ran"],
      [
        "EXAMPLE\\alice b : TTY=pts/1 ; PWD=/ ; USER=root ; COMMAND=/bin/id",
        "EXAMPLE\\alice b ran",
      ],
      [
        "alice@example.com : TTY=pts/1 ; PWD=/ ; USER=root ; COMMAND=/bin/id",
        "alice@example.com ran",
      ],
      [
        `     bob : TTY=pts/1 ; PWD=/ ; USER=bin ; COMMAND=/bin/sh -c 'a : user NOT in sudoers ; TTY=x'`,
        "bob ran",
      ],
      [
        "     bob : (command continued) : TTY=pts/1 ; PWD=/ ; USER=root ; COMMAND=/bin/id",
        "bob continued",
      ],
    ],
  ],
  [
    "the same, log_exit_status (1.9.8): the end of a run",
    [
      [`     bob : ${FIELDS} ; EXIT=0`, "bob ran or ended"],
      [`     bob : ${FIELDS} ; SIGNAL=TERM ; EXIT=143`, "bob ran or ended"],
      [`     bob : ${FIELDS} ; EXIT=0 more`, "bob ran"],
    ],
  ],
  [
    "the same: -l and -v run nothing",
    [
      ["     bob : TTY=pts/1 ; PWD=/ ; USER=root ; COMMAND=list", "bob asked"],
      ["     bob : TTY=pts/1 ; PWD=/ ; USER=root ; COMMAND=list /usr/bin/id -u", "bob asked"],
      ["     bob : TTY=pts/1 ; PWD=/ ; USER=root ; COMMAND=validate", "bob asked"],
      [
        "     bob : command not allowed ; TTY=pts/1 ; PWD=/ ; USER=root ; COMMAND=list /bin/x",
        "bob asked",
      ],
      [
        "     bob : 1 incorrect password attempt ; PWD=/ ; USER=root ; COMMAND=validate",
        "bob asked",
      ],
      ["     bob : TTY=pts/1 ; PWD=/ ; USER=root ; COMMAND=/usr/bin/list", "bob ran"],
      ["     bob : TTY=pts/1 ; PWD=/x ; COMMAND=list ; USER=root ; COMMAND=/bin/id", "bob ran"],
      ["     bob : TTY=pts/1 ; PWD=/ ; USER=root ; COMMAND=/bin/id ; COMMAND=list", "bob ran"],
    ],
  ],
  [
    "sudo 1.8 to 1.9.17, plugins/sudoers/logging.c, log_denial and log_auth_failure",
    [
      [`     bob : 3 incorrect password attempts ; ${FIELDS}`, "bob refused"],
      [`     bob : 1 incorrect password attempt ; ${FIELDS}`, "bob refused"],
      [
        "     bob : 1 incorrect password attempt ; PWD=/ ; USER=root ; COMMAND=/usr/bin/id",
        "bob refused",
      ],
      ["     bob : a password is required ; USER=root ; COMMAND=/usr/bin/id", "bob refused"],
      [`     bob : user NOT in sudoers ; ${FIELDS}`, "bob refused"],
      [`     bob : user NOT authorized on host ; ${FIELDS}`, "bob refused"],
      [`     bob : command not allowed ; ${FIELDS}`, "bob refused"],
      [`     bob : setid command rejected in intercept mode ; ${FIELDS}`, "bob refused"],
      // authfail_message="%d of them were wrong" (1.9.?)
      [`     bob : 3 of them were wrong ; ${FIELDS}`, "bob refused"],
      [`EXAMPLE\\alice b : command not allowed ; ${FIELDS}`, "EXAMPLE\\alice b refused"],
    ],
  ],
  [
    "sudo 1.8 to 1.9.17, plugins/sudoers/auth/pam.c: the account and session modules",
    [
      [`     bob : account validation failure, is your account locked? ; ${FIELDS}`, "bob refused"],
      [`     bob : PAM account management error: Permission denied ; ${FIELDS}`, "bob refused"],
      [`     bob : PAM authentication error: System error ; ${FIELDS}`, "bob refused"],
      [`     bob : Password expired, contact your system administrator ; ${FIELDS}`, "bob refused"],
      [
        `     bob : Account expired or PAM config lacks an "account" section for sudo, contact your system administrator ; ${FIELDS}`,
        "bob refused",
      ],
      // The user may set a new password now; what comes of it is the next line.
      [
        `     bob : Account or password is expired, reset your password and try again ; ${FIELDS}`,
        "nothing",
      ],
      [
        `     bob : unable to change expired password: Authentication token manipulation error ; ${FIELDS}`,
        "bob refused",
      ],
      [`     bob : pam_open_session: Permission denied ; ${FIELDS}`, "bob refused"],
      [
        `     bob : unable to initialize PAM: Critical error - immediate abort ; ${FIELDS}`,
        "bob refused",
      ],
    ],
  ],
  [
    "sudo 1.8 to 1.9.17, plugins/sudoers/sudoers.c and env.c",
    [
      [`     bob : no tty ; ${FIELDS}`, "bob refused"],
      // 1.7
      [`     bob : sorry, you must have a tty to run sudo ; ${FIELDS}`, "bob refused"],
      [`     bob : user not allowed to preserve the environment ; ${FIELDS}`, "bob refused"],
      [`     bob : user not allowed to override closefrom limit ; ${FIELDS}`, "bob refused"],
      [`     bob : user not allowed to change directory to /x ; ${FIELDS}`, "bob refused"],
      [`     bob : user not allowed to set a command timeout ; ${FIELDS}`, "bob refused"],
      [`     bob : unknown user #1234 ; ${FIELDS}`, "bob refused"],
      [
        `     bob : sorry, you are not allowed to set the following environment variables: A ; ${FIELDS}`,
        "bob refused",
      ],
      // It goes on after these.
      [`     bob : problem with defaults entries ; TTY=pts/1 ; PWD=/ ; USER=root ;`, "nothing"],
      [`     bob : unable to open /run/sudo/ts/bob : Read-only file system ; ${FIELDS}`, "nothing"],
      [`     bob : ignoring time stamp from the future ; ${FIELDS}`, "nothing"],
      [`     bob : time stamp too far in the future: Nov 3 ; ${FIELDS}`, "nothing"],
      [
        `     bob : unable to write to I/O log file: No space left on device ; ${FIELDS}`,
        "nothing",
      ],
      ["     bob : unable to resolve host vm: Temporary failure in name resolution", "nothing"],
      ["     bob : /etc/sudoers:3:12: syntax error", "nothing"],
    ],
  ],
  [
    "sudo 1.9.4 to 1.9.17, lib/eventlog/eventlog.c, format_json (log_format=json)",
    [
      [
        `@cee:{"sudo":{"accept":{"uuid":"a","submituser":"bob","command":"/usr/bin/id","runuser":"root"}}}`,
        "bob ran",
      ],
      [
        `@cee:{"sudo":{"accept":{"uuid":"a","submituser":"EX\\\\al b","command":"/usr/bin/id","runargv":["id","cut`,
        "EX\\al b ran",
      ],
      [`@cee:{"sudo":{"accept":{"submituser":"bob","command":"list"}}}`, "nothing"],
      [
        `@cee:{"sudo":{"exit":{"uuid":"a","exit_value":0,"submituser":"bob","command":"/usr/bin/id"}}}`,
        "nothing",
      ],
      [
        `@cee:{"sudo":{"reject":{"reason":"user NOT in sudoers","submituser":"bob","command":"/bin/x"}}}`,
        "bob refused",
      ],
      [
        `@cee:{"sudo":{"alert":{"reason":"pam_open_session: x","submituser":"bob","command":"/bin/x"}}}`,
        "bob refused",
      ],
      [
        `@cee:{"sudo":{"alert":{"reason":"unable to open x","submituser":"bob","command":"/bin/x"}}}`,
        "nothing",
      ],
      [
        `@cee:{"sudo":{"accept":{"submituser":"bob\\",\\"command\\":\\"list","command":"/bin/x"}}}`,
        `bob","command":"list ran`,
      ],
      [`@cee:{"other":{"accept":{"submituser":"bob"}}}`, "nothing"],
    ],
  ],
  [
    "sudo-rs 0.2.15, src/sudo/pipeline.rs, log_command_execution",
    [
      ["bob : TTY=/dev/pts/0 ; PWD=/ ; USER=root ; COMMAND=/usr/bin/id", "bob ran (rust)"],
      ["bob :  PWD=/ ; USER=root ; COMMAND=/usr/bin/id", "bob ran (rust)"],
      // The caller's folder, in the middle of which the message was cut; sudo-rs logs no question, and no end.
      ["bob :  PWD=/home/bob/d COMMAND=list [...]", "bob ran (rust)"],
      ["bob : TTY=/dev/pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/x ; EXIT=0", "bob ran (rust)"],
      ["[...] eve : TTY=/dev/pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/id", "nothing"],
    ],
  ],
  [
    "PAM 1.5 and 1.7, modules/pam_unix/support.c",
    [
      [
        "pam_unix(sudo:auth): authentication failure; logname= uid=1001 euid=0 tty=/dev/pts/1 ruser=bob rhost=  user=bob",
        "bob pam_refused",
      ],
      [
        "pam_unix(sudo-i:auth): authentication failure; logname= uid=1001 euid=0 tty=/dev/pts/1 ruser=EX\\al b rhost=  user=EX\\al b",
        "EX\\al b pam_refused",
      ],
      // Debian 13's sudo-rs 0.2.5 says no more of these.
      ["pam_unix(sudo:account): account bob has expired (account expired)", "bob pam_refused"],
      ["pam_unix(sudo:account): expired password for user bob (root enforced)", "bob pam_refused"],
      [
        `pam_unix(sudo:auth): authentication failure; logname= uid=1 euid=0 tty= ruser=${"x".repeat(257)} rhost=  user=x`,
        "nothing",
      ],
      ["pam_unix(sudo:auth): conversation failed", "nothing"],
      ["pam_unix(sudo:session): session opened for user root(uid=0) by (uid=1001)", "nothing"],
      [
        "pam_faillock(sudo:auth): Consecutive login failures for user bob account temporarily locked",
        "nothing",
      ],
      ["pam_sss(sudo:account): Access denied for user bob: 6 (Permission denied)", "nothing"],
    ],
  ],
])("%s", (_, rows) => {
  test.each(rows)("%s", (message, says) => {
    expect(said(message)).toBe(says);
  });
});

test("the end of a run says which run", () => {
  expect(parseSudoMessage(`     bob : ${FIELDS} ; SIGNAL=TERM ; EXIT=143`)).toMatchObject({
    endOf: FIELDS,
  });
});
