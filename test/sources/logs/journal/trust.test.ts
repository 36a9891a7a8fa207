import { describe, expect, test } from "bun:test";
import { FIELDS, IDENTIFIERS, isTrusted } from "../../../../src/sources/logs/journal/trust.ts";

type Fields = Partial<Record<(typeof FIELDS)[number], string>>;

const isBelieved = (identifier: string, fields: Fields, complete = true) =>
  isTrusted(
    identifier,
    FIELDS.map((field) => fields[field]),
    complete,
  );

describe("daemons", () => {
  const UNIT = "_SYSTEMD_UNIT";
  test.each<[string, Fields, boolean]>([
    ["sshd", { _UID: "0", _COMM: "sshd", [UNIT]: "ssh.service" }, true],
    ["sshd-session", { _UID: "0", _COMM: "sshd-session", [UNIT]: "session-3.scope" }, true],
    ["sshd-session", { _UID: "0", _COMM: "sshd-auth" }, true],
    ["sshd", { _UID: "0", [UNIT]: "sshd.service" }, true],
    ["sshd", { _UID: "0", [UNIT]: "ssh@3-10.0.0.1:22-10.0.0.2:999.service" }, true],
    ["sshd", { _UID: "0", [UNIT]: "sshd@3.service" }, true],
    // The process was gone before journald looked.
    ["sshd", { _UID: "0" }, true],
    // A user who may log whatever he likes.
    ["sshd", { _UID: "1000", _COMM: "sshd", [UNIT]: "ssh.service" }, false],
    ["sshd", { _COMM: "sshd", [UNIT]: "ssh.service" }, false],
    ["sshd", { _UID: "00", _COMM: "sshd" }, false],
    ["sshd", {}, false],
    // Root by hand, and root's daemons of other names.
    ["sshd", { _UID: "0", _COMM: "logger", [UNIT]: "session-3.scope" }, false],
    ["sshd", { _UID: "0", [UNIT]: "session-3.scope" }, false],
    ["sshd", { _UID: "0", _COMM: "logger" }, false],
    ["sshd", { _UID: "0", _COMM: "x", [UNIT]: "evil-ssh.service" }, false],
    ["sshd", { _UID: "0", _COMM: "dropbear" }, false],
    ["dropbear", { _UID: "0", _COMM: "dropbear" }, true],
    ["dropbear", { _UID: "0", _COMM: "sshd" }, false],
    ["login", { _UID: "0", [UNIT]: "getty@tty1.service" }, true],
    ["login", { _UID: "0", _COMM: "login", [UNIT]: "session-1.scope" }, true],
    ["login", { _UID: "1000", _COMM: "login" }, false],
    ["systemd-logind", { _UID: "0", [UNIT]: "systemd-logind.service" }, true],
    ["systemd-logind", { _UID: "0", _COMM: "systemd-logind" }, true],
    ["systemd-logind", { _UID: "1000", [UNIT]: "systemd-logind.service" }, false],
    ["systemd-logind", { _UID: "0", _COMM: "logger", [UNIT]: "session-c1.scope" }, false],
    ["cron", { _UID: "0", _COMM: "cron" }, false],
  ])("%s %p: %p", (identifier, fields, expected) => {
    expect(isBelieved(identifier, fields)).toBe(expected);
  });

  test("with fields that could not be read absence proves nothing", () => {
    expect(isBelieved("sshd", { _UID: "0" }, false)).toBe(false);
    expect(isBelieved("sshd", { _UID: "0", _COMM: "sshd" }, false)).toBe(true);
    expect(isBelieved("sudo", { _UID: "0" }, false)).toBe(false);
  });
});

describe("su and sudo, which log with the caller's uid", () => {
  const ALL = "1ffffffffff";
  test.each<[string, Fields, boolean]>([
    ["su", { _UID: "1000", _EXE: "/usr/bin/su", _CAP_EFFECTIVE: ALL }, true],
    ["su", { _UID: "1000", _EXE: "/bin/su", _CAP_EFFECTIVE: "80" }, true],
    ["sudo", { _UID: "1000", _EXE: "/usr/lib/cargo/bin/sudo", _CAP_EFFECTIVE: ALL }, true],
    ["sudo", { _UID: "0", _EXE: "/usr/bin/sudo" }, true],
    // Gone before journald looked: only root has no reason to lie.
    ["su", { _UID: "0" }, true],
    ["su", { _UID: "1000", _COMM: "su" }, false],
    // Any program under the name of su.
    ["su", { _UID: "1000", _COMM: "su", _EXE: "/usr/bin/perl", _CAP_EFFECTIVE: ALL }, false],
    ["su", { _UID: "1000", _EXE: "/home/eve/usr/bin/su", _CAP_EFFECTIVE: ALL }, false],
    ["su", { _UID: "1000", _EXE: "/usr/bin/su (deleted)", _CAP_EFFECTIVE: ALL }, false],
    ["su", { _UID: "0", _COMM: "logger", _EXE: "/usr/bin/logger" }, false],
    ["su", { _UID: "1000", _EXE: "/usr/bin/sudo", _CAP_EFFECTIVE: ALL }, false],
    // The real su with no_new_privs and a preloaded library.
    ["su", { _UID: "1000", _EXE: "/usr/bin/su", _CAP_EFFECTIVE: "0" }, false],
    ["su", { _UID: "1000", _EXE: "/usr/bin/su" }, false],
    ["su", { _UID: "1000", _EXE: "/usr/bin/su", _CAP_EFFECTIVE: "x" }, false],
  ])("%s %p: %p", (identifier, fields, expected) => {
    expect(isBelieved(identifier, fields)).toBe(expected);
  });
});

test("what is looked for", () => {
  const ssh = ["sshd", "sshd-session", "sshd-auth", "dropbear"];
  const others = ["login", "su", "sudo", "sudo-rs", "systemd-logind"];
  expect(IDENTIFIERS.toSorted()).toEqual([...ssh, ...others].toSorted());
});
