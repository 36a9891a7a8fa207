import { expect, test } from "bun:test";
import { parseDropbearMessage } from "../../../src/sources/messages/dropbear.ts";
import type { SshEvent } from "../../../src/sources/messages/ssh_event.ts";

const A = "192.0.2.1:53528";
const peer = { address: "192.0.2.1", port: 53528 };

function exit(verdict: "valid" | undefined, at: typeof peer | undefined): SshEvent {
  return { kind: "ended", verdict, preauth: true, unsure: false, pid: undefined, peer: at };
}

test.each<[message: string, event: SshEvent | undefined]>([
  [`Child connection from ${A}`, { kind: "opened", peer }],
  [
    `Password auth succeeded for 'alice' from ${A}`,
    { kind: "accepted", method: "password", user: "alice", peer },
  ],
  [
    `PAM password auth succeeded for 'alice' from ${A}`,
    { kind: "accepted", method: "password", user: "alice", peer },
  ],
  [
    "Pubkey auth succeeded for 'root' with ssh-ed25519 key SHA256:BSp6 from 2001:db8::1:53568",
    {
      kind: "accepted",
      method: "publickey",
      user: "root",
      peer: { address: "2001:db8::1", port: 53568 },
    },
  ],
  [
    `Bad password attempt for 'alice' from ${A}`,
    { kind: "refused", method: "password", verdict: "valid", peer },
  ],
  [
    `Bad PAM password attempt for 'alice' from ${A}`,
    { kind: "refused", method: "password", verdict: "valid", peer },
  ],
  [`Login attempt for nonexistent user from ${A}`, { kind: "named", verdict: "invalid", peer }],
  ["Login attempt for nonexistent user", { kind: "named", verdict: "invalid", peer: undefined }],
  [
    `Login attempt with wrong user x from 1.2.3.4:22 from ${A}`,
    { kind: "named", verdict: "invalid", peer },
  ],
  ["root login rejected", { kind: "named", verdict: "invalid", peer: undefined }],
  [
    "User 'bin' has invalid shell, rejected",
    { kind: "named", verdict: "invalid", peer: undefined },
  ],
  ["User account 'al' is locked", { kind: "named", verdict: "invalid", peer: undefined }],
  [`Exit before auth from <${A}>: (user 'alice', 0 fails): Exited normally`, exit("valid", peer)],
  [
    `Exit before auth from <${A}>: (user 'alice', 10 fails): Max auth tries reached - user 'alice'`,
    exit("valid", peer),
  ],
  [`Exit before auth from <${A}>: Exited normally`, exit(undefined, peer)],
  [`Early exit from <${A}>: Bad ident string`, exit(undefined, peer)],
  ["exit before auth (user 'alice', 3 fails): Max auth tries reached", exit("valid", undefined)],
  ["Exit before auth: Timeout before auth", exit(undefined, undefined)],
  [`Exit (alice) from <${A}>: Disconnect received`, { kind: "session_ended", peer }],
  ["Not backgrounding", undefined],
])("%s", (message, event) => {
  expect(parseDropbearMessage(message)).toEqual(event);
});
