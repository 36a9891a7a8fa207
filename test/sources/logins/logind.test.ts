import { describe, expect, test } from "bun:test";
import { mkdirSync, symlinkSync } from "node:fs";
import { faultOf } from "../../../src/sources/errors.ts";
import {
  countLingeringUsers,
  parseSession,
  parseState,
  readLogindSessions,
  readLogindUsers,
} from "../../../src/sources/logins/logind.ts";
import { IMPOSTORS, replace } from "../../helpers/impostors.ts";
import { TempTree } from "../../helpers/temp_tree.ts";
import { expectLinearText } from "../../helpers/growth.ts";

/** As systemd 252 writes it for an SSH login. */
const SSH = `# This is private data. Do not parse.
UID=1000
USER=alice
ACTIVE=1
IS_DISPLAY=0
STATE=active
REMOTE=1
LEADER_FD_SAVED=1
TYPE=tty
ORIGINAL_TYPE=tty
CLASS=user
SCOPE=session-3.scope
FIFO=/run/systemd/sessions/3.ref
REMOTE_HOST=203.0.113.9
SERVICE=sshd
LEADER=4711
AUDIT=3
REALTIME=1700000000250000
MONOTONIC=12345678
`;
const SSH_SESSION = {
  id: "3",
  uid: 1000,
  state: "active",
  class: "user",
  type: "tty",
  service: "sshd",
  tty: "",
  display: "",
  remoteHost: "203.0.113.9",
  leaderPid: 4711,
  startSeconds: 1_700_000_000.25,
  startMonotonicUs: 12_345_678,
};

describe("parseSession", () => {
  test("reads a session", () => {
    expect(parseSession("3", SSH)).toEqual(SSH_SESSION);
  });

  test("reads a console session's terminal and display", () => {
    const text = "UID=0\nLEADER=1\nTTY=tty2\nDISPLAY=:0\n";
    expect(parseSession("c1", text)).toMatchObject({
      id: "c1",
      uid: 0,
      tty: "tty2",
      display: ":0",
    });
  });

  test("a time that was not recorded is not known", () => {
    const text = SSH.replace(/^REALTIME=.*\n/m, "");
    expect(parseSession("3", text)?.startSeconds).toBeUndefined();
  });

  test.each([
    ["", "an empty file"],
    ["UID=1000\n", "no leader"],
    ["LEADER=5\n", "no uid"],
    ["UID=\nLEADER=\n", "empty values"],
    ["UID=alice\nLEADER=5\n", "a uid that is no number"],
    ["UID=1.5\nLEADER=5\n", "a uid that is no whole number"],
  ])("%j is no session: %s", (text) => {
    expect(parseSession("3", text)).toBeUndefined();
  });

  test("a file that is cut at any byte is a session of lesser fields, or none", () => {
    for (let length = 0; length <= SSH.length; length++) {
      const session = parseSession("3", SSH.slice(0, length));
      if (session) expect("1000").toStartWith(String(session.uid));
    }
  });
});

test.each([
  [String.raw`A=a\x20b`, "a b"],
  [String.raw`A=tab\tquote\"back\\`, 'tab\tquote"back\\'],
  [String.raw`A=caf\303\251`, "caf\u00e9"],
  ["A=x=y=", "x=y="],
  ["A=", ""],
  ["#A=comment\nA=value", "value"],
])("parseState: the value of %j is %j", (text, value) => {
  expect(parseState(text)).toEqual(new Map([["A", value]]));
});

test("parseState passes over lines without a key", () => {
  expect(parseState("=x\nfoo\n\nA=1\n")).toEqual(new Map([["A", "1"]]));
});

const FOLDER = "/run/systemd/sessions";

test("reads the regular files of the folder and nothing else", async () => {
  using tree = new TempTree({
    [`${FOLDER}/3`]: SSH,
    [`${FOLDER}/5`]: "garbage",
    [`${FOLDER}/.#3ab12cd`]: SSH.replace("alice", "unfinished"),
    [`${FOLDER}/9.ref`]: SSH.replace("alice", "reference"),
    "/elsewhere": SSH.replace("alice", "mallory"),
  });
  mkdirSync(`${tree.folder}${FOLDER}/folder`);
  symlinkSync(`${tree.folder}/elsewhere`, `${tree.folder}${FOLDER}/link`);
  symlinkSync(`${tree.folder}/nowhere`, `${tree.folder}${FOLDER}/dangling`);
  expect(await readLogindSessions(tree.root)).toEqual([SSH_SESSION]);
});

test.each([...IMPOSTORS])("$name among the files costs one record", async (impostor) => {
  using tree = new TempTree({ [`${FOLDER}/3`]: SSH, "/run/systemd/users/1000": "NAME=alice\n" });
  for (const name of ["3.ref", "4", "0"]) replace(`${tree.folder}${FOLDER}/${name}`, impostor);
  replace(`${tree.folder}/run/systemd/users/1001`, impostor);
  expect(await readLogindSessions(tree.root)).toEqual([SSH_SESSION]);
  expect(await readLogindUsers(tree.root)).toEqual(new Map([[1000, "alice"]]));
});

test.each(IMPOSTORS.filter(({ name }) => name !== "a directory"))(
  "$name in place of the folder makes the source broken",
  async (impostor) => {
    using tree = new TempTree();
    replace(tree.folder + FOLDER, impostor);
    const error = await readLogindSessions(tree.root).catch((reason: unknown) => reason);
    expect(faultOf(error)).toBe("broken");
  },
);

test("a session's file that is longer than any of logind's is none", async () => {
  using tree = new TempTree({ [`${FOLDER}/3`]: SSH, [`${FOLDER}/4`]: SSH + "\n".repeat(70_000) });
  expect(await readLogindSessions(tree.root)).toEqual([SSH_SESSION]);
});

test("texts are cut at the length of the longest host name", () => {
  const long = "x".repeat(10_000);
  const text = `UID=1\nLEADER=1\nREMOTE_HOST=${long}\nSERVICE=${long}\nTTY=${long}\n`;
  const session = parseSession("1", text)!;
  expect([session.remoteHost, session.service, session.tty].map(({ length }) => length)).toEqual([
    255, 255, 255,
  ]);
});

test("other work has its turns while many files are read", async () => {
  const files = Array.from({ length: 300 }, (_, i) => [`${FOLDER}/${i}`, SSH]);
  using tree = new TempTree(Object.fromEntries(files));
  let turns = 0;
  const timer = setInterval(() => turns++, 0);
  expect(await readLogindSessions(tree.root)).toHaveLength(300);
  clearInterval(timer);
  expect(turns).toBeGreaterThanOrEqual(1);
});

test("lingering users are those with a file of their own; without the folder there are none", () => {
  using tree = new TempTree();
  expect(countLingeringUsers(tree.root)).toBe(0);
  tree.write("/var/lib/systemd/linger/alice", "");
  tree.write("/var/lib/systemd/linger/EXAMPLE\\bob", "");
  tree.write("/var/lib/systemd/linger/.#unfinished", "");
  expect(countLingeringUsers(tree.root)).toBe(2);
});

test("a host without logind is an error", async () => {
  using tree = new TempTree();
  await expect(readLogindSessions(tree.root)).rejects.toMatchObject({ code: "ENOENT" });
  await expect(readLogindUsers(tree.root)).rejects.toMatchObject({ code: "ENOENT" });
});

test("a host where nobody is logged in has no sessions", async () => {
  using tree = new TempTree();
  mkdirSync(tree.folder + FOLDER, { recursive: true });
  expect(await readLogindSessions(tree.root)).toEqual([]);
});

test("readLogindUsers gives names by uid", async () => {
  using tree = new TempTree({
    "/run/systemd/users/1000": "NAME=alice\nSTATE=active\n",
    "/run/systemd/users/4294967294": "NAME=dir.user@example.org\n",
    "/run/systemd/users/1001": "STATE=closing\n",
    "/run/systemd/users/70001": "NAME=EXAMPLE\\nancy\n",
    "/run/systemd/users/odd": "NAME=odd\n",
  });
  const names = new Map([
    [1000, "alice"],
    [4294967294, "dir.user@example.org"],
    // As logind writes it: not escaped.
    [70001, "EXAMPLE\\nancy"],
  ]);
  expect(await readLogindUsers(tree.root)).toEqual(names);
});

test("work grows with the length of the file", () => {
  expectLinearText((text) => parseSession("1", text), '=\n\\"x0#', "UID=1\nLEADER=");
});
