import { describe, expect, test } from "bun:test";
import { outcomesOf, readSamples, sum } from "./samples.ts";

type Sums = Record<string, number>;

/** Every captured scenario, with what it comes to whatever the version. */
const CAPTURED: Record<string, Sums> = {
  pw3: { bad_credentials: 3 },
  pw3inv: { invalid_user: 3 },
  keyinv: { invalid_user: 1 },
  keyvalid_bad: { no_credentials: 1 },
  keyvalid_bad5: { no_credentials: 1 },
  batch_nokey: { no_credentials: 1 },
  batch_nokey_inv: { invalid_user: 1 },
  none_only: { no_credentials: 1, invalid_user: 1 },
  max6pw: { bad_credentials: 6 },
  max6pwinv: { invalid_user: 6 },
  max6key: { no_credentials: 1 },
  fail_then_ok: { bad_credentials: 1, "login password": 1 },
  badkey_then_ok: { "login publickey": 1 },
  ok_key_pty: { "login publickey": 1 },
  kbd3: { bad_credentials: 3 },
  kbd3inv: { invalid_user: 3 },
  kbd5: { bad_credentials: 5 },
  kbd_fail_ok: { bad_credentials: 1, "login keyboard-interactive": 1 },
  inject: { invalid_user: 4 },
  odd: { invalid_user: 7 },
  odd_kbd: { invalid_user: 1 },
  nobanner: { N: 5 },
  rst: { N: 1, no_credentials: 1 },
  rootpw: { bad_credentials: 2 },
  rootno: { bad_credentials: 1, no_credentials: 1 },
  rootkbd: { bad_credentials: 1 },
  deny: { invalid_user: 2 },
  expired: { bad_credentials: 1 },
  timeoutpw: { bad_credentials: 1 },
  maxstartups: { D: 3, N: 3 },
  partial: { bad_credentials: 1, "login password": 1 },
  chguser: { bad_credentials: 1 },
  cert: { no_credentials: 1 },
  verbose_key: { no_credentials: 1, "login publickey": 1 },
  verbose_kbd: { bad_credentials: 1, "login keyboard-interactive": 1 },
  usepamno: { bad_credentials: 1, invalid_user: 1, "login password": 1 },
  disc_reason: { no_credentials: 1, N: 1 },
};

/** What a version logs differently enough to come to something else. */
const BY_VERSION: Record<string, Record<string, Sums>> = {
  "8.4": { expiredkbd: { no_credentials: 1 }, timeout: {} },
  "9.2": { expiredkbd: { no_credentials: 1 }, timeout: {} },
  "9.6": { expiredkbd: { bad_credentials: 1 }, timeout: { N: 2 } },
  "10.0": {
    expiredkbd: { no_credentials: 1 },
    timeout: { N: 1, no_credentials: 1 },
    penalty: { D: 4 },
  },
  "10.2": {
    expiredkbd: { bad_credentials: 1 },
    timeout: { N: 2 },
    penalty: { D: 4 },
    // This version dies of an unknown user's first answer: "fatal: PAM user mismatch".
    kbd3inv: { invalid_user: 1 },
  },
};

for (const [version, own] of Object.entries(BY_VERSION)) {
  describe(`OpenSSH ${version}`, () => {
    const samples = readSamples(`sshd-${version}.txt`);
    const expected = { ...CAPTURED, ...own };

    test("has an expectation for each scenario", () => {
      expect([...samples.keys()].sort()).toEqual(Object.keys(expected).sort());
    });

    test.each(Object.entries(expected))("%s", (name, sums) => {
      expect(sum(outcomesOf(samples.get(name)!))).toEqual(sums);
    });

    test("nothing is left that counts once all connections are idle", () => {
      for (const [name, sums] of Object.entries(expected)) {
        expect(sum(outcomesOf(samples.get(name)!, 700_000)), name).toEqual(sums);
      }
    });

    test("every failure has the client's address, whatever the name said", () => {
      const failures = [...samples.values()]
        .flatMap((records) => outcomesOf(records))
        .filter((outcome) => outcome.kind === "failure");
      expect(new Set(failures.map((failure) => failure.address))).toEqual(new Set(["127.0.0.1"]));
    });
  });
}

describe("other services", () => {
  test.each<[file: string, scenario: string, sums: Sums]>([
    ["services-bookworm.txt", "login", {}],
    ["services-bookworm.txt", "login root", { "console root": 1 }],
    ["services-bookworm.txt", "login x5", {}],
    ["services-bookworm.txt", "su bad", { "su failure": 1 }],
    ["services-bookworm.txt", "su ok", { "su success": 1 }],
    ["services-bookworm.txt", "sudo -n", { "sudo failure": 1 }],
    ["services-bookworm.txt", "sudo inject", { "sudo success": 1 }],
    ["services-bookworm.txt", "sudo not in sudoers", { "sudo failure": 1 }],
    ["services-bookworm.txt", "db pw2", { bad_credentials: 2 }],
    ["services-bookworm.txt", "db nosuch", { invalid_user: 1 }],
    ["services-bookworm.txt", "db ok", { "login password": 1 }],
    ["services-bookworm.txt", "db badkey", { no_credentials: 1 }],
    ["services-bookworm.txt", "db goodkey", { "login publickey": 1 }],
    ["services-bookworm.txt", "db max", { bad_credentials: 10 }],
    ["services-trixie.txt", "login", {}],
    ["services-trixie.txt", "login x5", {}],
    ["services-trixie.txt", "su bad", { "su failure": 1 }],
    ["services-trixie.txt", "su ok", { "su success": 1 }],
    ["services-trixie.txt", "db pw2", { bad_credentials: 2 }],
    ["services-trixie.txt", "db nosuch", { invalid_user: 1 }],
    ["services-trixie.txt", "db ok", { "login password": 1 }],
    ["services-trixie.txt", "db badkey", { no_credentials: 1 }],
    ["services-trixie.txt", "db goodkey", { "login publickey": 1 }],
    ["services-trixie.txt", "db max", { bad_credentials: 10 }],
    ["sudo-bookworm.txt", "sudo 3 bad", { "sudo failure": 1 }],
    ["sudo-bookworm.txt", "sudo 1 bad ok", { "sudo success": 1 }],
    ["sudo-bookworm.txt", "sudo 1 bad then ctrl-c", { "sudo failure": 1 }],
    ["sudo-bookworm.txt", "sudo not in sudoers, right pw", { "sudo failure": 1 }],
    ["sudo-bookworm.txt", "sudo not in sudoers 3 bad", { "sudo failure": 1 }],
    ["sudo-bookworm.txt", "sudo -n", { "sudo failure": 1 }],
    ["sudo-bookworm.txt", "sudo long", { "sudo success": 1 }],
  ])("%s: %s", (file, scenario, sums) => {
    expect(sum(outcomesOf(readSamples(file).get(scenario)!, 700_000))).toEqual(sums);
  });
});
