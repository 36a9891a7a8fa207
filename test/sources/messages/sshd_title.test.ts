import { describe, expect, test } from "bun:test";
import {
  isListenerTitle,
  isMonitorTitle,
  parseSshdTitle,
} from "../../../src/sources/messages/sshd_title.ts";

describe("parseSshdTitle", () => {
  test.each([
    ["sshd", "sshd: alice@pts/1", "alice", ["pts/1"]],
    ["sshd-session", "sshd-session: alice@pts/1,pts/12", "alice", ["pts/1", "pts/12"]],
    ["sshd", "sshd: alice@ttyS0", "alice", ["ttyS0"]],
    ["sshd", "sshd: alice@notty", "alice", []],
    ["sshd", "sshd: alice", "alice", []],
    ["sshd", "sshd: EX\\carl@corp.example@pts/2", "EX\\carl@corp.example", ["pts/2"]],
    ["sshd", "sshd: carl@corp.example", "carl@corp.example", []],
    ["sshd", "sshd: carl@pts/x", "carl@pts/x", []],
    ["sshd", "sshd: carl@pts/1,", "carl@pts/1,", []],
  ])("of %s: %s", (comm, title, user, ttys) => {
    expect(parseSshdTitle(comm, title)).toEqual({ user, ttys });
  });

  test.each([
    ["sshd", "sshd-session: alice@pts/1"],
    ["sshd-session", "sshd: alice@pts/1"],
    ["sshd", "/usr/sbin/sshd -D"],
    ["sshd", "sshd: alice [priv]"],
    ["sshd", "sshd: [accepted]"],
    ["sshd", "sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups"],
    ["sshd", "sshd: alice@internal-sftp"],
    ["sshd", ""],
  ])("of %s: %j is none", (comm, title) => {
    expect(parseSshdTitle(comm, title)).toBeUndefined();
  });
});

test.each([
  ["sshd: alice [priv]", true],
  ["sshd-session: alice [postauth]", true],
  ["sshd-session: a\nb [priv]", true],
  ["sshd: alice [net]", false],
  ["sshd: alice [priv] ", false],
  ["sshd-auth: alice [priv]", false],
  ["x sshd: alice [priv]", false],
])("%j is a monitor's: %p", (title, expected) => {
  expect(isMonitorTitle(title)).toBe(expected);
});

test.each([
  ["sshd: /usr/sbin/sshd -D [listener] 1 of 10-100 startups", true],
  ["/usr/sbin/sshd [listener] ", false],
  ["sshd: [listener]", false],
  ["sshd-session: x [listener] y", false],
])("%j is a listener's: %p", (title, expected) => {
  expect(isListenerTitle(title)).toBe(expected);
});
