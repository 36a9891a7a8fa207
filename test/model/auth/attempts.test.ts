import { describe, expect, test } from "bun:test";
import type { LogRecord } from "../../../src/sources/logs/record.ts";
import { lines, outcomesOf, sum } from "./samples.ts";

type Sums = Record<string, number>;

/** Lines in the documented forms, for what was not captured. */
const WRITTEN: [name: string, records: LogRecord[], sums: Sums][] = [
  [
    "rsyslog's reduction of 3 wrong passwords",
    repeat(
      lines("sshd", 7, [
        "Failed password for alice from 192.0.2.1 port 4000 ssh2",
        "Failed password for alice from 192.0.2.1 port 4000 ssh2",
        "Connection closed by authenticating user alice 192.0.2.1 port 4000 [preauth]",
      ]),
      { 1: 2 },
    ),
    { bad_credentials: 3 },
  ],
  [
    "rsyslog's reduction of 2 wrong passwords writes both out",
    lines("sshd", 7, [
      "Failed password for alice from 192.0.2.1 port 4000 ssh2",
      "Failed password for alice from 192.0.2.1 port 4000 ssh2",
      "Connection closed by authenticating user alice 192.0.2.1 port 4000 [preauth]",
    ]),
    { bad_credentials: 2 },
  ],
  [
    "a repeated PAM line, and sshd's own line about the last one",
    repeat(
      lines("sshd", 7, [
        "error: PAM: Authentication failure for alice from 192.0.2.1",
        "error: PAM: Authentication failure for alice from 192.0.2.1",
        "Failed keyboard-interactive/pam for alice from 192.0.2.1 port 4000 ssh2",
        "Connection closed by authenticating user alice 192.0.2.1 port 4000 [preauth]",
      ]),
      { 1: 3 },
    ),
    { bad_credentials: 4 },
  ],
  [
    "keyboard-interactive of BSD auth, without PAM's lines",
    lines("sshd", 7, [
      "Failed keyboard-interactive/bsdauth for alice from 192.0.2.1 port 4000 ssh2",
      "Failed keyboard-interactive/bsdauth for alice from 192.0.2.1 port 4000 ssh2",
      "Connection closed by authenticating user alice 192.0.2.1 port 4000 [preauth]",
    ]),
    { bad_credentials: 2 },
  ],
  [
    "OpenSSH 7.4: closing lines without users",
    lines("sshd", 7, [
      "input_userauth_request: invalid user nosuch [preauth]",
      "Invalid user nosuch from 192.0.2.1 port 4000",
      "Connection closed by 192.0.2.1 port 4000 [preauth]",
    ]),
    { invalid_user: 1 },
  ],
  [
    "OpenSSH 7.4: too many keys",
    lines("sshd", 7, [
      "error: maximum authentication attempts exceeded for alice from 192.0.2.1 port 4000 ssh2 [preauth]",
      "Disconnecting: Too many authentication failures [preauth]",
    ]),
    { no_credentials: 1 },
  ],
  [
    "OpenSSH 7.4: a disconnect after a login, by another process and without the user",
    [
      ...lines("sshd", 7, ["Accepted password for root from 192.0.2.1 port 4000 ssh2"]),
      ...lines("sshd", 8, ["Disconnected from 192.0.2.1 port 4000"]),
    ],
    { "login password root": 1 },
  ],
  [
    "the same client port again, after that login's end",
    [
      ...lines("sshd", 7, ["Accepted password for al from 192.0.2.1 port 4000 ssh2"]),
      ...lines("sshd", 7, ["pam_unix(sshd:session): session closed for user al"]),
      ...lines("sshd", 8, ["Connection closed by 192.0.2.1 port 4000"]),
    ],
    { "login password": 1, N: 1 },
  ],
  [
    "no banner, up to 7.9",
    lines("sshd", 7, ["Did not receive identification string from 192.0.2.1 port 4000"]),
    { N: 1 },
  ],
  [
    "another protocol, up to 7.9, with an address in it",
    lines("sshd", 7, [
      "Bad protocol version identification 'GET / from 9.9.9.9 port 1' from 192.0.2.1 port 4000",
    ]),
    { N: 1 },
  ],
  [
    "no common algorithm",
    lines("sshd", 7, [
      "Unable to negotiate with 192.0.2.1 port 4000: no matching host key type found. Their offer: ssh-rsa [preauth]",
    ]),
    { N: 1 },
  ],
  [
    "a pid that serves another client, with the first one's end not logged",
    lines("sshd", 7, [
      "Invalid user a from 192.0.2.1 port 4000",
      "Invalid user b from 192.0.2.1 port 4001",
      "Connection closed by invalid user b 192.0.2.1 port 4001 [preauth]",
    ]),
    { invalid_user: 2 },
  ],
  [
    "a fatal error of the listener is no connection's end",
    lines("sshd", 1, ["fatal: Cannot bind any address."]),
    {},
  ],
  [
    "a fatal error in the middle of an attempt",
    lines("sshd", 7, [
      "Invalid user a from 192.0.2.1 port 4000",
      "fatal: userauth_pubkey: parse key: invalid format [preauth]",
    ]),
    { invalid_user: 1 },
  ],
  [
    "a method nobody heard of",
    lines("sshd", 7, ["Accepted quantum for alice from 192.0.2.1 port 4000 ssh2"]),
    { "login other": 1 },
  ],
  [
    "GSSAPI",
    lines("sshd", 7, [
      "Failed gssapi-with-mic for alice from 192.0.2.1 port 4000 ssh2",
      "Accepted gssapi-with-mic for alice from 192.0.2.1 port 4000 ssh2: alice@EXAMPLE",
    ]),
    { bad_credentials: 1, "login gssapi-with-mic": 1 },
  ],
  [
    "drops that OpenSSH 8.4 to 9.9 sums up every five minutes and at the end",
    lines("sshd", 1, [
      "error: beginning MaxStartups throttling",
      "drop connection #10 from [192.0.2.1]:1 on [192.0.2.9]:22 past MaxStartups",
      "error: in MaxStartups throttling for 00:05:02, 40 connections dropped",
      "drop connection #10 from [192.0.2.1]:2 on [192.0.2.9]:22 past MaxStartups",
      "exited MaxStartups throttling after 00:06:00, 50 connections dropped",
    ]),
    { D: 50 },
  ],
  [
    "a sum of drops of which we saw no beginning",
    lines("sshd", 1, ["exited MaxStartups throttling after 00:06:00, 50 connections dropped"]),
    {},
  ],
  [
    "drops that OpenSSH 10 left out of the log",
    lines("sshd", 1, [
      "drop connection #1 from [2001:db8::1]:55736 on [2001:db8::9]:22 penalty: failed authentication",
      "PerSourcePenalties logging rate-limited: additional 4 connections dropped",
    ]),
    { D: 5 },
  ],
  [
    "LogLevel ERROR, MaxAuthTries 1: no line tells of the end",
    lines("sshd", 7, [
      "pam_unix(sshd:auth): check pass; user unknown",
      "error: maximum authentication attempts exceeded for invalid user a from 192.0.2.1 port 4000 ssh2 [preauth]",
    ]),
    { invalid_user: 1 },
  ],
  [
    "LogLevel ERROR: a key exchange that was broken off, and another one of the same pid",
    lines("sshd", 7, [
      "error: kex_exchange_identification: read: Connection reset by peer",
      "error: kex_exchange_identification: read: Connection reset by peer",
    ]),
    { N: 2 },
  ],
  [
    "two clients of one pid, of which no line has a port",
    lines("sshd", 7, [
      "User root from 192.0.2.1 not allowed because not listed in AllowUsers",
      "User root from 192.0.2.2 not allowed because not listed in AllowUsers",
      "Connection closed by invalid user root 192.0.2.2 port 4000 [preauth]",
    ]),
    { invalid_user: 2 },
  ],
  [
    "UseDNS: only the end has the address",
    lines("sshd", 7, [
      "error: PAM: Authentication failure for alice from client.example.com",
      "error: PAM: Authentication failure for alice from client.example.com",
      "Connection closed by authenticating user alice 192.0.2.77 port 4000 [preauth]",
    ]),
    { bad_credentials: 2, "origin 192.0.2.77": 2 },
  ],
  [
    "UseDNS: the login has the address",
    lines("sshd", 7, [
      "error: PAM: Authentication failure for alice from client.example.com",
      "Accepted keyboard-interactive/pam for alice from 192.0.2.77 port 4000 ssh2",
    ]),
    {
      bad_credentials: 1,
      "origin 192.0.2.77": 1,
      "login keyboard-interactive": 1,
    },
  ],
  [
    "the end of a login from before the log was read",
    lines("sshd-session", 7, ["Connection closed by 192.0.2.4 port 55555"]),
    {},
  ],
  [
    "the same among younger connections",
    [
      ...lines("sshd-session", 70, ["Invalid user a from 192.0.2.1 port 4000"]),
      ...lines("sshd-session", 70, [
        "Connection closed by invalid user a 192.0.2.1 port 4000 [preauth]",
      ]),
      ...lines("sshd-session", 7, ["Connection closed by 192.0.2.4 port 55555"]),
    ],
    { invalid_user: 1 },
  ],
  [
    "a client that said nothing, of 9.5 and later, younger than another connection",
    [
      ...lines("sshd", 5, ["Server listening on 0.0.0.0 port 22."]),
      ...lines("sshd-session", 7, ["Connection closed by 192.0.2.4 port 55555"]),
    ],
    { N: 1 },
  ],
  [
    "the same when pids have begun anew",
    [
      ...lines("sshd-session", 32_000, ["Accepted password for al from 192.0.2.1 port 4000 ssh2"]),
      ...lines("sshd-session", 300, ["Accepted password for al from 192.0.2.1 port 4001 ssh2"]),
      ...lines("sshd-session", 301, ["Connection closed by 192.0.2.4 port 55555"]),
    ],
    { "login password": 2, N: 1 },
  ],
  [
    "TCP wrappers",
    lines("sshd", 7, ["refused connect from host.example.com (192.0.2.9)"]),
    { D: 1 },
  ],
  [
    "RefuseConnection of OpenSSH 10",
    lines("sshd-session", 7, [
      "administratively prohibited connection for al from 192.0.2.9 port 4000",
    ]),
    { no_credentials: 1 },
  ],
  ["BusyBox's login", lines("login", 7, ["root login on 'tty1'"]), { "console root": 1 }],
];

function repeat(records: LogRecord[], copies: Record<number, number>): LogRecord[] {
  return records.map((record, i) => ({ ...record, copies: copies[i] ?? 1 }));
}

describe("in the documented forms", () => {
  test.each(WRITTEN)("%s", (_, records, sums) => {
    expect(sum(outcomesOf(records, 700_000))).toEqual(sums);
  });

  test("an attempt whose end is logged nowhere counts when it is idle for ten minutes", () => {
    const records = lines("sshd", 7, ["Invalid user a from 192.0.2.1 port 4000"]);
    expect(sum(outcomesOf(records, 600_000))).toEqual({});
    expect(sum(outcomesOf(records, 600_001))).toEqual({ invalid_user: 1 });
  });
});
