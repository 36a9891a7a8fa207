import { afterAll, expect, test } from "bun:test";
import type { LogRecord } from "../../../../src/sources/logs/record.ts";
import { Host, pollAll, removeScratch } from "./fixtures.ts";
import { Journald, sshd } from "./journald.ts";

afterAll(removeScratch);

const LOGIND = [
  "SYSLOG_IDENTIFIER=systemd-logind",
  "_COMM=systemd-logind",
  "_UID=0",
  "_PID=41",
  "_TRANSPORT=journal",
];

test("entries of logind's have their fields, others have not", async () => {
  const host = new Host();
  const journald = new Journald(host);
  journald.log([...LOGIND, "MESSAGE=start", "MESSAGE_ID=8d45", "SESSION_ID=c3", "LEADER=85"]);
  journald.log([...sshd("Accepted"), "SESSION_ID=c4", "LEADER=1"]);
  journald.log([...LOGIND, "MESSAGE=end", "SESSION_ID=c3", "CLASS=user"]);
  const records: LogRecord[] = await pollAll(host.reader());
  expect(records.map(({ message }) => message)).toEqual(["start", "Accepted", "end"]);
  const [start, accepted, end] = records.map(({ logind }) => logind);
  expect(start).toMatchObject({ messageId: "8d45", sessionId: "c3", leader: "85" });
  expect(start!.class).toBeUndefined();
  expect(start!.bootId).toMatch(/^[0-9a-f]{32}$/);
  expect(accepted).toBeUndefined();
  expect(end).toMatchObject({ sessionId: "c3", class: "user", bootId: start!.bootId });
  expect(end!.monotonicUs - start!.monotonicUs).toBe(2_000_000);
});
