import { expect, test } from "bun:test";
import { lastLoginCollector } from "../../src/collectors/lastlogin.ts";
import { Snapshot } from "../../src/collectors/runtime/snapshot.ts";
import { SmallHost, series } from "../helpers/small_host.ts";
import { utmpRecord } from "../helpers/utmp_record.ts";

const collect = async (host: SmallHost) =>
  series(await lastLoginCollector.collect(new Snapshot(host.host()))).toSorted();

test("a session that is newer than all records counts, an older one does not", async () => {
  using host = new SmallHost();
  host.write(
    "/var/log/wtmp",
    Buffer.concat([
      utmpRecord({ user: "alice", seconds: 1_600_000_000 }),
      utmpRecord({ user: "bob", seconds: 1_700_009_999 }),
      utmpRecord({ user: "root", seconds: 1_500_000_000 }),
    ]),
  );
  expect(await collect(host)).toEqual([
    "last_login_timestamp_seconds{alice} 1700000500",
    "last_login_timestamp_seconds{bob} 1700009999",
    "last_login_timestamp_seconds{root} 1500000000",
  ]);
});

test("without any record there are the sessions'", async () => {
  using host = new SmallHost();
  await Bun.file(`${host.folder}/var/log/wtmp`).delete();
  expect(await collect(host)).toEqual([
    "last_login_timestamp_seconds{alice} 1700000500",
    "last_login_timestamp_seconds{bob} 1700000600",
  ]);
});
