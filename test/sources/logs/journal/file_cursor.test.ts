import { afterAll, expect, test, setDefaultTimeout } from "bun:test";
import { IDENTIFIERS } from "../../../../src/sources/logs/journal/trust.ts";
import { Host, removeScratch } from "./fixtures.ts";
import { Journald, messagesOf } from "./journald.ts";

afterAll(removeScratch);

// They count steps, and take as long as the machine is slow.
setDefaultTimeout(120_000);

/** An entry that root's own program of that name wrote. */
function by(identifier: string, message: string): string[] {
  const texts = [`SYSLOG_IDENTIFIER=${identifier}`, "_UID=0", "_PID=1", `MESSAGE=${message}`];
  const daemon = identifier.startsWith("sshd") ? "sshd" : identifier;
  const isSetuid = identifier.startsWith("su");
  return isSetuid ? [...texts, `_EXE=/usr/bin/${identifier}`] : [...texts, `_COMM=${daemon}`];
}

test("the lists of all values in one file give their entries in the order of writing", async () => {
  const host = new Host();
  const journald = new Journald(host);
  // Each value comes first at some time, and each comes when those before and behind it are over.
  const names = [
    ...IDENTIFIERS,
    ...IDENTIFIERS.toReversed(),
    ...IDENTIFIERS.flatMap((name) => [name, name]),
  ];
  for (const [i, name] of names.entries()) journald.log(by(name, String(i)));
  expect(await messagesOf(host.reader())).toEqual(names.map((_, i) => String(i)));
});

test.each(IDENTIFIERS)(
  "entries of %s alone are found, at the first reading and at later ones",
  async (name) => {
    const host = new Host();
    const journald = new Journald(host);
    for (const each of IDENTIFIERS) journald.log(by(each, `${each} 0`));
    const reader = host.reader();
    expect(await messagesOf(reader)).toHaveLength(IDENTIFIERS.length);
    for (let i = 1; i <= 3; i++) {
      journald.log(by(name, `${name} ${i}`));
      expect(await messagesOf(reader)).toEqual([`${name} ${i}`]);
    }
  },
);

test("an entry that is not to be believed costs none behind it", async () => {
  const host = new Host();
  const journald = new Journald(host);
  const forged = ["SYSLOG_IDENTIFIER=sshd", "_COMM=sshd", "_UID=1000", "_PID=7", "MESSAGE=forged"];
  for (let i = 0; i < 3; i++) {
    journald.log(forged);
    journald.log(by("sshd", `true ${i}`));
    journald.log(by("su", `su ${i}`));
  }
  const all = ["true 0", "su 0", "true 1", "su 1", "true 2", "su 2"];
  expect(await messagesOf(host.reader())).toEqual(all);
});
