import { describe, expect, test } from "bun:test";
import {
  escalationsSection,
  failuresSection,
  lastLoginsSection,
} from "../../../src/web/page/logins_sections.ts";
import { NO_FAILURES, UNKNOWN, rows } from "./summaries.ts";

describe("failed logins", () => {
  test("shows why logins failed, and from where most did", () => {
    const section = failuresSection({
      byReason: { invalid_user: 30, bad_credentials: 0, no_credentials: 1 },
      origins: [{ address: "203.0.113.7", failures: 31 }],
    })!;
    expect(rows(section)).toEqual([
      ["unknown or refused account", "3030"],
      ["no accepted key", "11"],
      ["203.0.113.7", "31"],
    ]);
    const shares = Array.from(section.text.matchAll(/value="([\d.]+)"/g), ([, value]) => value);
    expect(shares).toEqual(["1.000", "0.033"]);
  });

  test("that none failed is something else than not to know", () => {
    expect(failuresSection({ byReason: NO_FAILURES, origins: [] })!.text).toContain("None.");
    expect(failuresSection(undefined)).toBeUndefined();
  });

  test("an address is shown even where no reason is known", () => {
    const origins = [{ address: "203.0.113.7", failures: 1 }];
    expect(rows(failuresSection({ byReason: NO_FAILURES, origins })!)).toEqual([
      ["203.0.113.7", "1"],
    ]);
  });
});

describe("sudo and su", () => {
  test("shows who used them, and is left out when nobody did", () => {
    const escalations = [{ user: "<alice>", method: "sudo", succeeded: 3, failed: 1 }];
    expect(rows(escalationsSection({ ...UNKNOWN, escalations })!)).toEqual([
      ["<alice>", "sudo", "3", "1"],
    ]);
    expect(escalationsSection(UNKNOWN)).toBeUndefined();
  });
});

describe("last logins", () => {
  test("shows who was here last, with real names, and is left out when nobody was", () => {
    const lastLogins = [
      { user: "bob", seconds: 940 },
      { user: "carol", seconds: 1 },
    ];
    const realNames = new Map([["bob", "Bob & Co"]]);
    const section = lastLoginsSection({ ...UNKNOWN, lastLogins, realNames }, 1000)!;
    expect(rows(section)).toEqual([
      ["bob Bob & Co", "1 min"],
      ["carol", "16 min"],
    ]);
    expect(lastLoginsSection(UNKNOWN, 1000)).toBeUndefined();
  });
});
