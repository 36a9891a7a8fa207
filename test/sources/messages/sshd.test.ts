import { describe, expect, test } from "bun:test";
import type { SshEvent } from "../../../src/sources/messages/ssh_event.ts";
import { parseSshdMessage } from "../../../src/sources/messages/sshd.ts";

const PEER = { address: "192.0.2.1", port: 4000 };
const AT = "192.0.2.1 port 4000";

function ended(parts: object): SshEvent {
  const none = {
    verdict: undefined,
    preauth: false,
    unsure: false,
    pid: undefined,
    peer: undefined,
  };
  return { kind: "ended", ...none, ...parts } as SshEvent;
}

describe("verdicts", () => {
  test.each<[message: string, event: SshEvent | undefined]>([
    [
      `Accepted password for alice from ${AT} ssh2`,
      { kind: "accepted", method: "password", user: "alice", peer: PEER },
    ],
    [
      `Accepted publickey for root from ${AT} ssh2: ED25519 SHA256:BSp6XxqemipzqdLlvwLjk5tPMAU01cHefs`,
      { kind: "accepted", method: "publickey", user: "root", peer: PEER },
    ],
    [
      "Accepted password for EX\\\\al\\303\\244 b from 192.0.2.1 port 4000 ssh2",
      { kind: "accepted", method: "password", user: "EX\\alä b", peer: PEER },
    ],
    [
      `Accepted keyboard-interactive/pam for alice from ${AT} ssh2`,
      { kind: "accepted", method: "keyboard-interactive", user: "alice", peer: PEER },
    ],
    [
      `Failed password for invalid user nosuch from ${AT} ssh2`,
      { kind: "refused", method: "password", verdict: "invalid", peer: PEER },
    ],
    [
      `Failed none for alice from ${AT} ssh2`,
      { kind: "refused", method: "none", verdict: "valid", peer: PEER },
    ],
    [
      "Failed password for alice from UNKNOWN port 65535 ssh2",
      {
        kind: "refused",
        method: "password",
        verdict: "valid",
        peer: { address: undefined, port: 65535 },
      },
    ],
    [
      "Failed password for alice from ::ffff:192.0.2.1 port 4000 ssh2",
      { kind: "refused", method: "password", verdict: "valid", peer: PEER },
    ],
    [
      "Failed password for alice from fe80::1%eth0 port 4000 ssh2",
      {
        kind: "refused",
        method: "password",
        verdict: "valid",
        peer: { address: "fe80::1", port: 4000 },
      },
    ],
    [
      `Failed publickey for bob from ${AT} ssh2: ED25519-CERT SHA256:uhk ID evil from 9.9.9.9 port 1 ssh2 (serial 0) CA ED25519 SHA256:it`,
      { kind: "refused", method: "publickey", verdict: "valid", peer: PEER },
    ],
    [
      `Failed publickey for bob from ${AT} ssh2: ED25519-CERT SHA256:uhk ID ${"x".repeat(500)}`,
      { kind: "refused", method: "publickey", verdict: "valid", peer: PEER },
    ],
    [`Failed password for alice from ${AT}`, undefined],
    ["Failed password for alice from example.org port 1 ssh2", undefined],
    [`Postponed publickey for bob from ${AT} ssh2 [preauth]`, undefined],
    [`Partial publickey for bob from ${AT} ssh2`, undefined],
    ["Accepted key ED25519 SHA256:BSp found at /home/bob/.ssh/authorized_keys:1", undefined],
    [
      'Accepted certificate ID "x for y from 1.2.3.4 port 1 ssh2" (serial 0) signed by …',
      undefined,
    ],
  ])("%s", (message, event) => {
    expect(parseSshdMessage(message)).toEqual(event);
  });
});

describe("ends", () => {
  test.each<[message: string, event: SshEvent | undefined]>([
    [`Connection closed by ${AT}`, ended({ peer: PEER })],
    [`Connection closed by ${AT} [preauth]`, ended({ peer: PEER, preauth: true })],
    [
      `Connection closed by authenticating user alice ${AT} [preauth]`,
      ended({ verdict: "valid", peer: PEER, preauth: true }),
    ],
    [
      `Connection reset by invalid user x [preauth] ${AT} [preauth]`,
      ended({ verdict: "invalid", peer: PEER, preauth: true }),
    ],
    [
      `Disconnecting authenticating user alice ${AT}: Change of username or service not allowed: (alice,ssh-connection) -> (root,ssh-connection) [preauth]`,
      ended({ verdict: "valid", peer: PEER, preauth: true }),
    ],
    [
      "Disconnecting invalid user x 1.2.3.4 port 9 2001:db8:: port 4000: Too many authentication failures [preauth]",
      ended({ verdict: "invalid", preauth: true, peer: { address: "2001:db8::", port: 4000 } }),
    ],
    ["Disconnecting: Too many authentication failures [preauth]", ended({ preauth: true })],
    [`Disconnected from user bob ${AT}`, { kind: "session_ended", peer: PEER }],
    [`Connection closed by ${AT} [postauth]`, { kind: "session_ended", peer: PEER }],
    [
      `banner exchange: Connection from ${AT}: invalid format`,
      ended({ peer: PEER, preauth: true }),
    ],
    [
      `ssh_dispatch_run_fatal: Connection from authenticating user al ${AT}: message authentication code incorrect [preauth]`,
      ended({ verdict: "valid", peer: PEER, preauth: true }),
    ],
    [`Connection from ${AT} timed out`, ended({ peer: PEER })],
    [`Connection from ${AT} on 192.0.2.9 port 22 rdomain ""`, { kind: "opened", peer: PEER }],
    [`Connection from ${AT} on 192.0.2.9 port 22`, { kind: "opened", peer: PEER }],
    [
      `Unable to negotiate with ${AT}: no matching host key type found. Their offer: ssh-rsa [preauth]`,
      ended({ peer: PEER, preauth: true }),
    ],
    [`fatal: Timeout before authentication for ${AT}`, ended({ peer: PEER, preauth: true })],
    [
      "Timeout before authentication for connection from 192.0.2.1 to 192.0.2.9, pid = 18308",
      ended({ pid: 18308, preauth: true, peer: { address: "192.0.2.1", port: undefined } }),
    ],
    [
      "fatal: Access denied for user carl by PAM account configuration [preauth]",
      ended({ verdict: "valid", preauth: true }),
    ],
    ["fatal: PAM user mismatch", ended({ unsure: true })],
    ["fatal: userauth_pubkey: parse key: invalid format [preauth]", ended({ preauth: true })],
    [`Received disconnect from ${AT}:11: bye [preauth]`, undefined],
    [
      `error: Received disconnect from ${AT}:14: No supported: evil from 1.2.3.4 port 5 ssh2 [preauth]`,
      undefined,
    ],
    [`Read error from remote host ${AT}: Connection reset by peer`, undefined],
    [
      "error: kex_exchange_identification: read: Connection reset by peer",
      { kind: "given_up", verdict: undefined, peer: undefined },
    ],
    [
      `error: maximum authentication attempts exceeded for invalid user a from ${AT} ssh2 [preauth]`,
      { kind: "given_up", verdict: "invalid", peer: PEER },
    ],
    [
      `error: maximum authentication attempts exceeded for alice from ${AT} ssh2 [preauth]`,
      { kind: "given_up", verdict: "valid", peer: PEER },
    ],
    [
      `administratively prohibited connection for alice from ${AT}`,
      ended({ verdict: "valid", peer: PEER, preauth: true }),
    ],
    [
      `administratively prohibited connection for invalid user a b from ${AT}`,
      ended({ verdict: "invalid", peer: PEER, preauth: true }),
    ],
    ["Connection closed by remote host", undefined],
  ])("%s", (message, event) => {
    expect(parseSshdMessage(message)).toEqual(event);
  });
});

describe("notices", () => {
  test.each<[message: string, event: SshEvent | undefined]>([
    [`Invalid user nosuch from ${AT}`, { kind: "named", verdict: "invalid", peer: PEER }],
    [`Invalid user  from ${AT}`, { kind: "named", verdict: "invalid", peer: PEER }],
    [
      "User alice from host.example not allowed because listed in DenyUsers",
      { kind: "named", verdict: "invalid", peer: undefined },
    ],
    [
      "User alice from 192.0.2.1 not allowed because not in any group",
      { kind: "named", verdict: "invalid", peer: { address: "192.0.2.1", port: undefined } },
    ],
    [
      "User alice not allowed because account is locked",
      { kind: "named", verdict: "invalid", peer: undefined },
    ],
    ["User child is on pid 23563", undefined],
    [`ROOT LOGIN REFUSED FROM ${AT} [preauth]`, { kind: "named", verdict: "valid", peer: PEER }],
    [
      "error: PAM: Authentication failure for illegal user nosuch from 192.0.2.1",
      { kind: "pam_refused", verdict: "invalid", peer: { address: "192.0.2.1", port: undefined } },
    ],
    [
      "error: PAM: Have exhausted maximum number of retries for service for alice from client.example",
      { kind: "pam_refused", verdict: "valid", peer: undefined },
    ],
    [
      "error: PAM: pam_open_session(): Cannot make/remove an entry for the specified session",
      undefined,
    ],
    [
      "fatal: PAM: pam_setcred(): Failure setting user credentials for x from y",
      ended({ unsure: true }),
    ],
    [
      "drop connection #2 from [127.0.0.1]:56938 on [127.0.0.1]:22 past MaxStartups",
      { kind: "dropped", count: 1, throttled: true },
    ],
    [
      "drop connection #0 from [127.0.0.1]:39466 on [127.0.0.1]:22 penalty: failed authentication",
      { kind: "dropped", count: 1, throttled: false },
    ],
    [
      "Maxstartups logging rate-limited: additional 118 connections dropped",
      { kind: "dropped", count: 118, throttled: false },
    ],
    [
      "exited MaxStartups throttling after 01w2d03h, 3 connections dropped",
      { kind: "throttling", total: 3 },
    ],
    [
      "error: in MaxStartups throttling for 00:05:02, 40 connections dropped",
      { kind: "throttling", total: 39 },
    ],
    ["pam_unix(sshd:session): session closed for user bob", { kind: "session_closed" }],
    [
      "pam_unix(sshd:session): session opened for user bob(uid=1001) by bob(uid=0)",
      { kind: "session_opened" },
    ],
    // What stands behind the colon is the client's to choose.
    [
      "userauth_pubkey: unsupported public key algorithm: x logging rate-limited: additional 999999999 connections dropped [preauth]",
      undefined,
    ],
    [
      "Protocol major versions differ for 192.0.2.1 port 9: SSH-2.0-OpenSSH_7.4 vs. Maxstartups logging rate-limited: additional 9 connections dropped",
      undefined,
    ],
    ["pam_unix(sshd:auth): authentication failure; logname= uid=0 user=x", undefined],
    ["Server listening on 0.0.0.0 port 22.", { kind: "started" }],
    [
      "refused connect from host.example.com (192.0.2.9)",
      { kind: "dropped", count: 1, throttled: false },
    ],
    [
      "PerSourceMaxStartups logging rate-limited: additional 3 connections dropped",
      { kind: "dropped", count: 3, throttled: false },
    ],
    ["", undefined],
  ])("%s", (message, event) => {
    expect(parseSshdMessage(message)).toEqual(event);
  });
});
