import { expect, test } from "bun:test";
import { Attempts } from "../../../src/model/auth/attempts.ts";
import type { Outcome } from "../../../src/model/auth/outcome.ts";
import type { LogRecord } from "../../../src/sources/logs/record.ts";
import { UTC } from "../../../src/sources/posix_zone.ts";
import { parseSyslogLine } from "../../../src/sources/logs/text/syslog_line.ts";
import { fuzz, FUZZ_TIMEOUT_MS, type Random } from "../../helpers/fuzz.ts";
import { hostileName, sshdMessage } from "../../sources/messages/hostile_names.ts";

const NOW_MS = new Date("2026-11-23T12:00:00").getTime();
const STAMP = "Nov 23 11:00:00";

/** A message of one connection, and whether sshd's unprivileged child writes it. */
type Step = [format: string, relayed: boolean];

const ATTEMPTS: Step[][] = [
  [["Failed password for invalid user NAME from PEER ssh2", false]],
  [
    ["Postponed keyboard-interactive for invalid user NAME from PEER ssh2", true],
    ["error: PAM: Authentication failure for illegal user NAME from ADDRESS", false],
    ["Failed keyboard-interactive/pam for invalid user NAME from PEER ssh2", false],
  ],
  [["error: PAM: Authentication failure for illegal user NAME from ADDRESS", false]],
  [["Failed publickey for invalid user NAME from PEER ssh2: ED25519 SHA256:uhkQPbIp8T1A", false]],
  [["Received disconnect from PEER:11: NAME", true]],
];
const ENDS: Step[][] = [
  [["Connection closed by invalid user NAME PEER", true]],
  [["Connection reset by invalid user NAME PEER", true]],
  [
    ["error: maximum authentication attempts exceeded for invalid user NAME from PEER ssh2", true],
    ["Disconnecting invalid user NAME PEER: Too many authentication failures", true],
  ],
  [["fatal: userauth_pubkey: parse publickey packet: incomplete message", true]],
  [["Disconnected from invalid user NAME PEER", true]],
  [],
];

interface Connection {
  steps: Step[];
  pid: number;
  name: string;
  address: string;
  port: number;
}

function connection(random: Random, pid: number): Connection {
  const steps: Step[] = [["Invalid user NAME from PEER", false]];
  for (let tries = random.below(5); tries > 0; tries--) steps.push(...random.pick(ATTEMPTS));
  steps.push(...random.pick(ENDS));
  const address = random.pick(["192.0.2.1", "192.0.2.2", "2001:db8::1", "2001:db8:1:2:3:4:5:6"]);
  return { steps, pid, name: hostileName(random), address, port: 1024 + random.below(60_000) };
}

/** The messages of connections, interleaved: which connection writes its next one. */
function turns(random: Random, connections: Connection[]): Connection[] {
  const order = connections.flatMap((each) => each.steps.map(() => each));
  for (let i = order.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}

type Write = (message: string, pid: number) => LogRecord | undefined;

function records(order: Connection[], escapes: boolean, plain: boolean, write: Write): LogRecord[] {
  const done = new Map<Connection, number>();
  return order.flatMap((each) => {
    const index = done.get(each) ?? 0;
    done.set(each, index + 1);
    const [format, relayed] = each.steps[index]!;
    const child = relayed ? (escapes ? "escaped" : "plain") : undefined;
    const peer = `${each.address} port ${each.port}`;
    const whole = format.replace("ADDRESS", each.address);
    // Farewells can hold colons, names can't; neither says anything.
    const record = write(sshdMessage(whole, peer, plain ? "nosuch" : each.name, child), each.pid);
    return record === undefined ? [] : [record];
  });
}

function outcomes(list: LogRecord[], restartAt: number): Outcome[] {
  let attempts = new Attempts();
  const out: Outcome[] = [];
  const emit = (outcome: Outcome) => out.push(outcome);
  for (const [i, record] of list.entries()) {
    if (i === restartAt) attempts = Attempts.from(JSON.parse(JSON.stringify(attempts)));
    attempts.take(record, emit);
  }
  attempts.settle(NOW_MS, emit);
  attempts.settle(NOW_MS + 700_000, emit);
  return out;
}

function recordOf(line: string): LogRecord | undefined {
  const parsed = parseSyslogLine(line, { nowMs: NOW_MS, zone: () => UTC });
  return parsed === undefined || "kind" in parsed ? undefined : parsed;
}

const rsyslog: Write = (message, pid) => recordOf(`${STAMP} host sshd-session[${pid}]: ${message}`);

/** Reads 255 bytes of the datagram and no more. */
const busybox: Write = (message, pid) => {
  const datagram = `<38>${STAMP} sshd[${pid}]: ${message}`.slice(0, 255);
  return recordOf(`${STAMP} host auth.info ${datagram.slice(20)}`);
};

test(
  "no name changes the number, the reason or the address of failures",
  async () => {
    await fuzz("connections through rsyslog", (random) => {
      const connections = Array.from({ length: 1 + random.below(6) }, (_, i) =>
        connection(random, i),
      );
      const order = turns(random, connections);
      const escapes = random.chance(0.5);
      const expected = outcomes(records(order, escapes, true, rsyslog), -1);
      const hostile = records(order, escapes, false, rsyslog);
      expect(outcomes(hostile, random.below(hostile.length + 1))).toEqual(expected);
    });
  },
  FUZZ_TIMEOUT_MS,
);

test(
  "nor where BusyBox cuts messages off, but for addresses that are lost",
  async () => {
    await fuzz("connections through BusyBox", (random) => {
      const order = turns(random, [connection(random, 7), connection(random, 8)]);
      const real = new Set([undefined, ...order.map((each) => each.address)]);
      const expected = outcomes(records(order, true, true, busybox), -1);
      const got = outcomes(records(order, true, false, busybox), -1);
      for (const outcome of got) {
        if (outcome.kind !== "failure") continue;
        expect(real.has(outcome.address)).toBeTrue();
      }
      expect(withoutAddresses(got)).toEqual(withoutAddresses(expected));
    });
  },
  FUZZ_TIMEOUT_MS,
);

test(
  "any records of any program give counts that are positive, with one state however restarted",
  async () => {
    const identifiers = ["sshd", "sshd-session", "dropbear", "login", "su", "sudo", "sudo-rs", "x"];
    const formats = [...ATTEMPTS, ...ENDS].flat().map(([format]) => format);
    await fuzz("any records", (random) => {
      const list = Array.from({ length: random.below(60) }, (): LogRecord => {
        const format = random.pick([
          ...formats,
          "NAME",
          "Accepted password for NAME from PEER ssh2",
        ]);
        const peer = `192.0.2.1 port ${1 + random.below(3)}`;
        const cut = random.chance(0.2) ? random.below(60) : 500;
        return {
          timeMs: NOW_MS + (random.chance(0.1) ? random.below(4_000_000) - 2_000_000 : 0),
          identifier: random.pick(identifiers),
          pid: random.chance(0.1) ? undefined : random.below(4),
          message: sshdMessage(format, peer, hostileName(random), undefined).slice(0, cut),
          copies: random.chance(0.1) ? 1 + random.below(5) : 1,
        };
      });
      const expected = outcomes(list, -1);
      expect(outcomes(list, random.below(list.length + 1))).toEqual(expected);
      for (const outcome of expected) {
        if ("count" in outcome) expect(outcome.count).toBeGreaterThan(0);
      }
    });
  },
  FUZZ_TIMEOUT_MS,
);

function withoutAddresses(list: Outcome[]): Outcome[] {
  return list.map((outcome) =>
    outcome.kind === "failure" ? Object.assign(outcome, { address: undefined }) : outcome,
  );
}
