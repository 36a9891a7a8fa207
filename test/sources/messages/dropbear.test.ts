import { describe, expect, test } from "bun:test";
import { parseDropbearMessage } from "../../../src/sources/messages/dropbear.ts";
import type { Peer, SshEvent } from "../../../src/sources/messages/ssh_event.ts";

const A = "192.0.2.1:53528";
const peer: Peer = { address: "192.0.2.1", port: 53528 };

const accepted = (method: string, user: string, from: Peer | undefined = peer): SshEvent => {
  return { kind: "accepted", method, user, peer: from };
};
const refused = (from: Peer | undefined): SshEvent => {
  return { kind: "refused", method: "password", verdict: "valid", peer: from };
};
const invalid = (from?: Peer): SshEvent => ({ kind: "named", verdict: "invalid", peer: from });
const ended = (verdict: "valid" | undefined, from?: Peer): SshEvent => {
  return { kind: "ended", verdict, preauth: true, unsure: false, pid: undefined, peer: from };
};
const sessionEnded: SshEvent = { kind: "session_ended", peer };

const PRINTED = "Debian 12's dropbear 2022.83 and Debian 13's 2025.89 printed these";

/** Who writes it, and where its source has it (from 2024.84 on in the folder src/). */
describe.each<[writer: string, rows: [message: string, event: SshEvent | undefined][]]>([
  [
    `svr-main.c, main_noinetd and main_inetd. ${PRINTED}`,
    [
      [`Child connection from ${A}`, { kind: "opened", peer }],
      ["Not backgrounding", undefined],
    ],
  ],
  [
    `svr-authpasswd.c, svr_auth_password. ${PRINTED}`,
    [
      [`Password auth succeeded for 'alice' from ${A}`, accepted("password", "alice")],
      // With -t, before the second method; none of these two printed it of a password.
      [`Password auth succeeded for 'alice' from ${A}, extra auth required`, undefined],
      [`Bad password attempt for 'alice' from ${A}`, refused(peer)],
      [`Too-long password attempt for 'alice' from ${A}`, refused(peer)],
      ["User 'carol' has blank password, rejected", refused(undefined)],
    ],
  ],
  [
    "svr-authpasswd.c, where crypt(3) gives nothing (musl; glibc does, and the password is a bad one)",
    [["User account 'al' is locked", invalid()]],
  ],
  [
    "svr-authpam.c, svr_auth_pam; Debian builds it without PAM",
    [
      [`PAM password auth succeeded for 'alice' from ${A}`, accepted("password", "alice")],
      [`PAM password auth succeeded for 'alice' from ${A}, extra auth required`, undefined],
      [`Bad PAM password attempt for 'alice' from ${A}`, refused(peer)],
      ["pam_authenticate() failed, rc=7, Authentication failure", undefined],
    ],
  ],
  [
    `svr-authpubkey.c, svr_auth_pubkey. ${PRINTED}, the second with -t`,
    [
      [
        `Pubkey auth succeeded for 'alice' with ssh-ed25519 key SHA256:qlkN from ${A}`,
        accepted("publickey", "alice"),
      ],
      [
        `Pubkey auth succeeded for 'alice' with ssh-ed25519 key SHA256:kRxk from ${A}, extra auth required`,
        undefined,
      ],
      [
        "Pubkey auth succeeded for 'root' with ssh-ed25519 key SHA256:BSp6 from 2001:db8::1:53568",
        accepted("publickey", "root", { address: "2001:db8::1", port: 53568 }),
      ],
      [`Pubkey auth bad signature for 'alice' with key SHA256:qlkN from ${A}`, undefined],
    ],
  ],
  [
    `svr-auth.c, recv_msg_userauth_request, with -B. ${PRINTED}`,
    [[`Auth succeeded with blank password for 'carol' from ${A}`, accepted("password", "carol")]],
  ],
  [
    `svr-auth.c, checkusername. ${PRINTED}, the first one the newer, the second one the older`,
    [
      [`Login attempt for nonexistent user from ${A}`, invalid(peer)],
      ["Login attempt for nonexistent user", invalid()],
      ["User 'bob' has invalid shell, rejected", invalid()],
      // With -w.
      ["root login rejected", invalid()],
      // With -G sshers.
      ["Logins are restricted to the group sshers but user 'alice' is not a member", invalid()],
    ],
  ],
  [
    "svr-auth.c, checkusername, of a server without root's rights",
    [[`Login attempt with wrong user x from 1.2.3.4:22 from ${A}`, invalid(peer)]],
  ],
  [
    `svr-session.c, svr_dropbear_exit. ${PRINTED}`,
    [
      [
        `Exit before auth from <${A}>: (user 'alice', 0 fails): Exited normally`,
        ended("valid", peer),
      ],
      [
        `Exit before auth from <${A}>: (user 'alice', 2 fails): Max auth tries reached - user 'alice'`,
        ended("valid", peer),
      ],
      [`Exit before auth from <${A}>: Exited normally`, ended(undefined, peer)],
      [`Exit (alice) from <${A}>: Disconnect received`, sessionEnded],
      // The server's own end.
      ["Early exit: Terminated by signal", ended(undefined)],
    ],
  ],
  [
    "svr-session.c, svr_dropbear_exit, of a connection that says no version",
    [[`Early exit from <${A}>: Bad ident string`, ended(undefined, peer)]],
  ],
  [
    "dropbear 0.4x to 2019.78, which name no address, the oldest with small letters",
    [
      ["exit before auth (user 'alice', 3 fails): Max auth tries reached", ended("valid")],
      ["Exit before auth: Timeout before auth", ended(undefined)],
      [`password auth succeeded for 'alice' from ${A}`, accepted("password", "alice")],
    ],
  ],
])("%s", (_, rows) => {
  test.each(rows)("%s", (message, event) => {
    expect(parseDropbearMessage(message)).toEqual(event);
  });
});
