import { describe, expect, test } from "bun:test";
import { Snapshot } from "../../../src/collectors/runtime/snapshot.ts";
import { AddressPrivacy } from "../../../src/model/address_privacy.ts";
import { Deadline, DeadlineError } from "../../../src/sources/deadline.ts";
import { SmallHost } from "../../helpers/small_host.ts";
import { utmpRecord } from "../../helpers/utmp_record.ts";

describe("a snapshot", () => {
  test("reads a thing once, whoever asks and whenever; the next one reads it anew", async () => {
    using host = new SmallHost();
    const state = host.host();
    const snapshot = new Snapshot(state);
    const [first, second] = await Promise.all([snapshot.sessions(), snapshot.sessions()]);
    expect(second).toBe(first);
    await Bun.file(`${host.folder}/run/utmp`).delete();
    expect((await snapshot.sessions()).map(({ user }) => user)).toEqual(["alice", "bob"]);
    expect(await new Snapshot(state).sessions()).toEqual([]);
  });

  test("begins nothing once its time is over, and says so to all who ask", async () => {
    using host = new SmallHost();
    const snapshot = new Snapshot(host.host(), new Deadline(0));
    for (const read of [snapshot.machine, snapshot.accounts, snapshot.sessions, snapshot.tcp])
      await expect(read()).rejects.toThrow(DeadlineError);
  });

  test("keeps the settings that it began with", async () => {
    using host = new SmallHost();
    const state = host.host(["bob"]);
    const snapshot = new Snapshot(state);
    state.settings = host.host().settings;
    expect(snapshot.isExcluded("bob")).toBe(true);
    expect((await snapshot.sessions()).map(({ user }) => user)).toEqual(["alice"]);
    expect(new Snapshot(state).isExcluded("bob")).toBe(false);
  });

  test("shows addresses as they are to be shown", async () => {
    using host = new SmallHost();
    const from = utmpRecord({
      pid: 1000,
      line: "pts/0",
      user: "alice",
      host: "192.0.2.7",
      seconds: 1_700_000_500,
    });
    host.write("/run/utmp", from);
    const shown = async (addresses: AddressPrivacy) => {
      const state = Object.assign(host.host(), { addresses });
      return (await new Snapshot(state).sessions()).map(({ fromIp }) => fromIp);
    };
    expect(await shown(new AddressPrivacy())).toEqual(["192.0.2.7"]);
    expect(await shown(new AddressPrivacy("prefix"))).toEqual(["192.0.2.0/24"]);
  });

  test("learns the names that only logind knows", async () => {
    using host = new SmallHost();
    host.write("/run/systemd/users/4242", "NAME=carol@example.org\nSTATE=active\n");
    expect((await new Snapshot(host.host()).accounts()).nameOf(4242)).toBe("carol@example.org");
  });

  test("without the TCP table, utmp and logind there is an index, that says so", async () => {
    using host = new SmallHost();
    for (const path of ["proc/net/tcp", "run/utmp"])
      await Bun.file(`${host.folder}/${path}`).delete();
    const { records } = await new Snapshot(host.host()).hostIndex();
    expect([records.tcp, records.utmp, records.logind]).toEqual([undefined, undefined, undefined]);
  });

  test("without /proc/stat what needs it fails, the accounts do not", async () => {
    using host = new SmallHost();
    await Bun.file(`${host.folder}/proc/stat`).delete();
    const snapshot = new Snapshot(host.host());
    await expect(snapshot.usage()).rejects.toThrow("/proc/stat");
    expect((await snapshot.accounts()).nameOf(1000)).toBe("alice");
  });
});
