import { expect, test } from "bun:test";
import { Snapshot } from "../../src/collectors/runtime/snapshot.ts";
import { logindCollector } from "../../src/collectors/logind.ts";
import { SmallHost, series } from "../helpers/small_host.ts";

const collect = async (host: SmallHost) =>
  series(await logindCollector.collect(new Snapshot(host.host())));

test("users' sessions by state, and who lingers", async () => {
  using host = new SmallHost();
  host.write("/run/systemd/seats/seat0", "");
  const add = (id: string, keys: string) =>
    host.write(`/run/systemd/sessions/${id}`, `UID=1000\nLEADER=1\n${keys}\n`);
  add("1", "STATE=active\nCLASS=user");
  add("2", "STATE=closing\nCLASS=user");
  add("3", "STATE=closing\nCLASS=user-early");
  add("4", "STATE=active\nCLASS=manager");
  add("5", "STATE=online\nCLASS=greeter");
  add("6", "STATE=active\nCLASS=background");
  add("7", "STATE=of-another-age\nCLASS=user");
  host.write("/var/lib/systemd/linger/alice", "");
  expect(await collect(host)).toEqual([
    "logind_sessions{opening} 0",
    "logind_sessions{online} 0",
    "logind_sessions{active} 1",
    "logind_sessions{closing} 2",
    "lingering_users{} 1",
  ]);
});

test("without logind nothing is known, though its folder is left over", async () => {
  using host = new SmallHost();
  expect(await collect(host)).toEqual([]);
  host.write("/run/systemd/sessions/1", "UID=1000\nLEADER=1\nSTATE=active\nCLASS=user\n");
  host.write("/var/lib/systemd/linger/alice", "");
  expect(await collect(host)).toEqual([]);
});
