import { describe, expect, test } from "bun:test";
import type { SshEvent } from "../../../src/sources/messages/ssh_event.ts";
import { parseSshdMessage } from "../../../src/sources/messages/sshd.ts";
import { expectLinear } from "../../helpers/growth.ts";
import { fuzz, FUZZ_TIMEOUT_MS } from "../../helpers/fuzz.ts";
import { hostileName, sshdMessage } from "./hostile_names.ts";

const PEER = { address: "192.0.2.1", port: 4000 };
const AT = "192.0.2.1 port 4000";

/** Each message that holds a name which the client chose, and whether the child writes it. */
const FORMATS: [format: string, relayed: boolean][] = [
  ["Invalid user NAME from PEER", false],
  ["input_userauth_request: invalid user NAME", true],
  ["Failed password for invalid user NAME from PEER ssh2", false],
  ["Failed keyboard-interactive/pam for invalid user NAME from PEER ssh2", false],
  [
    "Failed publickey for invalid user NAME from PEER ssh2: ED25519 SHA256:uhkQPbIp8T1AGZkVm",
    false,
  ],
  ["Postponed keyboard-interactive for invalid user NAME from PEER ssh2", true],
  ["error: maximum authentication attempts exceeded for invalid user NAME from PEER ssh2", true],
  ["Connection closed by invalid user NAME PEER", true],
  ["Connection reset by invalid user NAME PEER", true],
  ["Disconnected from invalid user NAME PEER", true],
  ["Disconnecting invalid user NAME PEER: Too many authentication failures", true],
  ["ssh_dispatch_run_fatal: Connection from invalid user NAME PEER: incorrect signature", true],
];

describe("names that read like messages", () => {
  const peers = [AT, "2001:db8:1234:5678:9abc:def0:1234:5678 port 65535", "2001:db8:: port 22"];

  test(
    "change nothing, in any message of sshd's",
    async () => {
      await fuzz("sshd messages", (random) => {
        const [format, relays] = random.pick(FORMATS);
        const relayed = relays ? random.pick(["escaped", "plain"] as const) : undefined;
        const peer = random.pick(peers);
        const message = sshdMessage(format, peer, hostileName(random), relayed);
        const plain = parseSshdMessage(sshdMessage(format, peer, "nosuch", relayed));
        const event = parseSshdMessage(message);
        // The end of a message that was cut off may hold the address: it is lost, not replaced.
        if (message.length >= 500 && event !== undefined && "peer" in event)
          event.peer ??= peerOf(plain);
        expect(event, message).toEqual(plain);
      });
    },
    FUZZ_TIMEOUT_MS,
  );

  test(
    "change nothing in PAM's message",
    async () => {
      await fuzz("PAM messages", (random) => {
        const name = hostileName(random);
        const format = "error: PAM: Authentication failure for illegal user NAME from 192.0.2.1";
        const event = parseSshdMessage(sshdMessage(format, "", name, undefined));
        const peer = { address: "192.0.2.1", port: undefined };
        expect(event).toEqual({ kind: "pam_refused", verdict: "invalid", peer });
      });
    },
    FUZZ_TIMEOUT_MS,
  );

  test(
    "a certificate's id changes nothing",
    async () => {
      await fuzz("certificate ids", (random) => {
        const head = `Failed publickey for bob from ${AT} ssh2: ED25519-CERT SHA256:uhk ID `;
        const event = parseSshdMessage(
          `${head}${hostileName(random)} (serial 0) CA x`.slice(0, 500),
        );
        expect(event).toEqual({
          kind: "refused",
          method: "publickey",
          verdict: "valid",
          peer: PEER,
        });
      });
    },
    FUZZ_TIMEOUT_MS,
  );
});

test(
  "any text is read in a time that grows with its length at most",
  async () => {
    await fuzz("long texts", (random) => {
      const start = random.pick([...FORMATS.map(([format]) => format), "PAM: x for y from ", ""]);
      const name = hostileName(random);
      expectLinear(
        JSON.stringify(start + name),
        (bytes) =>
          (start + name.repeat(Math.ceil(bytes / Math.max(1, name.length)))).slice(0, bytes),
        parseSshdMessage,
        4096,
      );
    });
  },
  FUZZ_TIMEOUT_MS,
);

function peerOf(event: SshEvent | undefined) {
  return event !== undefined && "peer" in event ? event.peer : undefined;
}
