import { describe, expect, test } from "bun:test";
import {
  findRdpDesktops,
  hasRdpDesktops,
  isRdpLogin,
} from "../../../src/model/sessions/rdp_desktops.ts";
import { ALICE, BOB, FakeHost } from "./fake_host.ts";

const LOGIN = { UID: BOB, LEADER: 100, TYPE: "x11", SERVICE: "xrdp-sesman", DISPLAY: ":10" };

/** The desktops as `uid :display leader`, with `vnc` and `logind` where they are so. */
async function found(host: FakeHost): Promise<string[]> {
  return findRdpDesktops(await host.index()).map(
    ({ uid, display, leaderPid, isVnc, logind, row }) =>
      [
        `${uid} :${display} ${leaderPid}`,
        ...(isVnc ? ["vnc"] : []),
        ...(logind ? [`logind ${logind.id}`] : []),
        ...(row === undefined ? ["hidden"] : []),
      ].join(" "),
  );
}

const server = (comm: string, ...args: string[]) => ({
  pid: 101,
  parentPid: 100,
  uid: BOB,
  comm,
  args: [comm, ...args],
});
const sesman = (comm = "xrdp-sesexec") => new FakeHost().process({ pid: 100, comm, args: [comm] });

describe("desktops", () => {
  test.each([
    ["xrdp-sesman", "Xorg", "1001 :10 100"],
    ["xrdp-sesexec", "Xorg", "1001 :10 100"],
    ["xrdp-sesexec", "Xvnc", "1001 :10 100 vnc"],
    ["xrdp-sesexec", "Xtigervnc", "1001 :10 100 vnc"],
    ["xrdp-sesman", "X11rdp", "1001 :10 100"],
  ])("a child of %s: %s", async (leader, comm, desktop) => {
    using host = sesman(leader).process(server(comm, ":10"));
    expect(await found(host)).toEqual([desktop]);
    host.logind("4", LOGIN);
    expect(await found(host)).toEqual([`${desktop} logind 4`]);
  });

  test("an X server of another's, or without a display, is none", async () => {
    using other = new FakeHost()
      .process({ pid: 100, uid: BOB, comm: "xrdp-sesexec", args: [] })
      .process(server("Xorg", ":10"));
    expect(await found(other)).toEqual([]);
    using lightdm = new FakeHost()
      .process({ pid: 100, comm: "lightdm", args: [] })
      .process(server("Xorg", ":10"));
    expect(await found(lightdm)).toEqual([]);
    using without = sesman().process(server("Xorg", "-nolisten", "tcp"));
    expect(await found(without)).toEqual([]);
  });

  test("one whose X server can't be seen is known by logind, while its leader lives", async () => {
    using host = sesman().logind("4", LOGIN);
    expect(await found(host)).toEqual(["1001 :10 100 logind 4 hidden"]);
    using gone = new FakeHost().logind("4", LOGIN);
    expect(await found(gone)).toEqual([]);
    using closing = sesman().logind("4", { ...LOGIN, STATE: "closing" });
    expect(await found(closing)).toEqual([]);
  });
});

test("there can be desktops where xrdp's session manager runs, or logind knows one", async () => {
  const has = async (host: FakeHost) => {
    const { table, logind } = (await host.index()).records;
    return hasRdpDesktops(table, logind);
  };
  using none = new FakeHost().ssh(100, ALICE, "alice").logind("5", { UID: ALICE, LEADER: 100 });
  using running = sesman();
  using known = new FakeHost().logind("4", LOGIN);
  expect([await has(none), await has(running), await has(known)]).toEqual([false, true, true]);
  expect(hasRdpDesktops((await none.index()).records.table)).toBe(false);
});

test("a login is xrdp's by its PAM service, until it is closing", async () => {
  using host = new FakeHost()
    .logind("1", LOGIN)
    .logind("2", { ...LOGIN, STATE: "closing" })
    .logind("3", { ...LOGIN, SERVICE: "sshd" });
  expect((await host.index()).records.logind!.map(isRdpLogin)).toEqual([true, false, false]);
});
