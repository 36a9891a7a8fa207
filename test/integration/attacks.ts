/** What attackers try, one row for each kind, and what it counts as. */
import type { Attempt } from "../helpers/attacker.ts";
import type { Counts } from "../helpers/auth_counts.ts";
import { PASSWORD, USERS } from "../helpers/log_host.ts";

const { alice, bob, mallory } = USERS;
const NOBODY = "nosuchuser";

const wrong = (times: number) => Array.from({ length: times }, () => "wrong");
const wrongKeys = (count: number) => Array.from({ length: count }, (_, i) => `wrong${i}`);
export const password = (user: string, ...answers: string[]): Attempt => ({
  user,
  methods: "password",
  answers,
});
const interactive = (user: string, ...answers: string[]): Attempt => ({
  user,
  methods: "keyboard-interactive",
  answers,
});
export const withKeys = (user: string, ...keys: string[]): Attempt => ({
  user,
  methods: "publickey",
  keys,
});

/** Attempts of one client after the other, and what they add together. */
export const ATTACKS: Record<string, [Attempt | Attempt[], Counts]> = {
  "3 wrong passwords": [password(alice, ...wrong(3)), { bad_credentials: 3 }],
  "3 wrong passwords of an unknown user": [password(NOBODY, ...wrong(3)), { invalid_user: 3 }],
  "2 wrong passwords": [password(alice, ...wrong(2)), { bad_credentials: 2 }],
  "6 wrong passwords, then cut off": [password(alice, ...wrong(7)), { bad_credentials: 6 }],
  "6 wrong passwords of an unknown user": [password(NOBODY, ...wrong(7)), { invalid_user: 6 }],
  "2 connections with 1 wrong password each": [
    [password(alice, "wrong"), password(alice, "wrong")],
    { bad_credentials: 2 },
  ],
  "a wrong password, then the right one": [
    password(alice, "wrong", PASSWORD),
    { bad_credentials: 1, "login password": 1 },
  ],
  "a wrong key": [withKeys(alice, "wrong0"), { no_credentials: 1 }],
  "5 wrong keys": [withKeys(alice, ...wrongKeys(5)), { no_credentials: 1 }],
  "7 wrong keys, cut off": [withKeys(alice, ...wrongKeys(7)), { no_credentials: 1 }],
  "a key of an unknown user": [withKeys(NOBODY, "wrong0"), { invalid_user: 1 }],
  "3 keys of an unknown user": [withKeys(NOBODY, ...wrongKeys(3)), { invalid_user: 1 }],
  "a wrong key, then the right one": [withKeys(alice, "wrong0", "right"), { "login publickey": 1 }],
  "a wrong key, then 2 wrong passwords": [
    { ...password(alice, ...wrong(2)), methods: "publickey,password", keys: ["wrong0"] },
    { bad_credentials: 2 },
  ],
  "BatchMode without keys": [
    { ...password(alice), options: { BatchMode: "yes" } },
    { no_credentials: 1 },
  ],
  "BatchMode without keys, an unknown user": [
    { ...password(NOBODY), options: { BatchMode: "yes" } },
    { invalid_user: 1 },
  ],
  "gone after the methods were told": [{ user: alice, methods: "none" }, { no_credentials: 1 }],
  "gone before anyone was named": [
    { ...password(alice, "wrong"), options: { StrictHostKeyChecking: "yes" } },
    { unauthenticated: 1 },
  ],
  "no cipher in common": [
    { ...password(alice, "wrong"), options: { Ciphers: "aes128-cbc" } },
    { unauthenticated: 1 },
  ],
  "3 wrong answers": [interactive(alice, ...wrong(3)), { bad_credentials: 3 }],
  "5 wrong answers, of which sshd tells more": [
    interactive(alice, ...wrong(5)),
    { bad_credentials: 5 },
  ],
  "a wrong answer, then the right one": [
    interactive(alice, "wrong", PASSWORD),
    { bad_credentials: 1, "login keyboard-interactive": 1 },
  ],
  "2 wrong answers, then 2 wrong passwords": [
    {
      ...password(alice, ...wrong(4)),
      methods: "keyboard-interactive,password",
      options: { NumberOfPasswordPrompts: "2" },
    },
    { bad_credentials: 4 },
  ],
  "root, wrong password": [password("root", "wrong"), { bad_credentials: 1 }],
  "root by key": [withKeys("root", "right"), { "login publickey": 1, "root login": 1 }],
  "a refused user, right password": [password(mallory, PASSWORD), { invalid_user: 1 }],
  "a refused user, right key": [withKeys(mallory, "right"), { invalid_user: 1 }],
  "an expired account, right password": [password(bob, PASSWORD), { bad_credentials: 1 }],
};

/** Names of no user, each with one wrong password: whatever they look like, that is all they are. */
export const HOSTILE_NAMES = [
  "root from 1.2.3.4 port 22 ssh2",
  "root from 1.2.3.4 port 22 ssh2 [preauth]",
  "invalid user root",
  "Accepted password for root from 1.2.3.4 port 22 ssh2",
  "x [preauth]",
  " ",
  "message repeated 9 times",
  "Müller",
  "root\\nsshd[1]",
  `${"long ".repeat(30)}`,
];
