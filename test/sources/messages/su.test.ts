import { describe, expect, test } from "bun:test";
import { parseSuMessage, type SuEvent } from "../../../src/sources/messages/su.ts";

const event = (caller: string, target: string, more: Partial<SuEvent> = {}): SuEvent => {
  return { success: true, caller, target, isShort: false, ...more };
};
const FAILED = { success: false };
const SHORT = { isShort: true };

/** Who writes it, and where its source has it. */
describe.each<[writer: string, rows: [message: string, event: SuEvent | undefined][]]>([
  [
    "util-linux 2.38 and 2.41, login-utils/su-common.c, log_syslog",
    [
      ["(to root) alice on pts/1", event("alice", "root")],
      ["(to bob) root on none", event("root", "bob")],
      ["FAILED SU (to root) alice on pts/1", event("alice", "root", FAILED)],
      ["FAILED SU (to root) alice on none", event("alice", "root", FAILED)],
      ["(to root)  on pts/1", event("", "root")],
      ["FAILED SU (to root) EXAMPLE\\alice b on pts/1", event("EXAMPLE\\alice b", "root", FAILED)],
      ["(to root) alice@example.com on pts/1", event("alice@example.com", "root")],
      ["(to a on b) alice on pts/1", event("alice", "a on b")],
      ["FAILED RUNUSER (to root) alice on pts/1", undefined],
      ["(to root) alice", undefined],
      ["(to root) on none", undefined],
    ],
  ],
  [
    "shadow 4.8 to 4.17, lib/sulog.c",
    [
      ["Successful su for root by alice", event("alice", "root")],
      ["FAILED su for root by EXAMPLE\\alice b", event("EXAMPLE\\alice b", "root", FAILED)],
      ["Successful su for root", undefined],
    ],
  ],
  [
    "shadow, src/su.c with SYSLOG_SU_ENAB, and BusyBox 1.35, loginutils/su.c",
    [
      ["+ pts/1 alice:root", event("alice", "root", SHORT)],
      ["- /dev/pts/1 alice:root", event("alice", "root", { ...FAILED, ...SHORT })],
      ["+ ??? root:jenkins", event("root", "jenkins", SHORT)],
      ["- none EXAMPLE\\alice b:root", event("EXAMPLE\\alice b", "root", { ...FAILED, ...SHORT })],
      ["+ pts/1 alice", undefined],
      ["- a", undefined],
    ],
  ],
  [
    "PAM and shadow's own warnings",
    [
      ["pam_unix(su:session): session opened for user root(uid=0) by (uid=1000)", undefined],
      [
        "pam_unix(su:auth): authentication failure; logname= uid=1 ruser=a rhost=  user=b",
        undefined,
      ],
      ["pam_authenticate: Authentication failure", undefined],
      ["pam_acct_mgmt: Permission denied", undefined],
      ["No passwd entry for user 'x'", undefined],
      ["", undefined],
    ],
  ],
])("%s", (_, rows) => {
  test.each(rows)("%s", (message, expected) => {
    expect(parseSuMessage(message)).toEqual(expected);
  });
});
