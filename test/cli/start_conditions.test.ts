import { describe, expect, test } from "bun:test";
import { privilegeFault } from "../../src/cli/start_conditions.ts";
import { parsePrivileges } from "../../src/sources/proc/self_privileges.ts";

/** As a shell of an ordinary user reads it in Debian 13. */
const STATUS = `Name:\tbash
Umask:\t0022
Uid:\t1000\t1000\t1000\t1000
Gid:\t1000\t1000\t1000\t1000
CapInh:\t0000000000000000
CapPrm:\t0000000000000000
CapEff:\t0000000000000000
CapBnd:\t000001ffffffffff
CapAmb:\t0000000000000000
`;
const PTRACE = "0000000000080000";

/** What is said of a process with those lines. */
function said(changes: Record<string, string>): string | undefined {
  let text = STATUS;
  for (const [name, values] of Object.entries(changes)) {
    text = text.replace(new RegExp(`^${name}:.*$`, "m"), `${name}:\t${values}`);
  }
  return privilegeFault(parsePrivileges(text))?.message;
}

describe("rights of the executable's file", () => {
  test("an ordinary user, and root, may start it", () => {
    expect(said({})).toBeUndefined();
    const all = "000001ffffffffff";
    expect(said({ Uid: "0\t0\t0\t0", Gid: "0\t0\t0\t0", CapPrm: all })).toBeUndefined();
  });

  test("what AmbientCapabilities= of a unit gives is no fault", () => {
    expect(said({ CapPrm: PTRACE, CapAmb: PTRACE })).toBeUndefined();
  });

  test("a capability of the file is, whether it takes effect or not", () => {
    expect(said({ CapPrm: PTRACE })).toContain("setcap -r");
    expect(said({ CapPrm: PTRACE })).toContain("AmbientCapabilities=");
    expect(said({ CapPrm: "0000000000080004", CapAmb: PTRACE })).toContain("setcap -r");
  });

  test("a set-uid or set-gid bit is", () => {
    expect(said({ Uid: "1000\t0\t0\t0", CapPrm: PTRACE })).toContain("set-uid");
    expect(said({ Gid: "1000\t4\t4\t4" })).toContain("set-gid");
  });

  test("a kernel that tells less is believed", () => {
    expect(privilegeFault(parsePrivileges("Name:\tx\n"))).toBeUndefined();
  });
});
