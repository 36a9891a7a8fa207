/**
 * A real sshd is attacked with OpenSSH's client. Each row is one kind of attack and what it counts as;
 * the numbers are the same from the journal, from auth.log in the form of Debian 12 and later, from
 * one in the old form in which rsyslog counts copies (Ubuntu), and where a host has journal and log.
 */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { ATTACK_NEEDS, AttackedHost } from "../helpers/attacker.ts";
import { type Counts, authCounts, authWords, growth } from "../helpers/auth_counts.ts";
import { Servers, type Serving } from "../helpers/exporter.ts";
import { type LogTree, PASSWORD, USERS, describeWithLogs } from "../helpers/log_host.ts";
import { holdConnection, output } from "../helpers/run.ts";
import { ATTACKS, HOSTILE_NAMES, password, withKeys } from "./attacks.ts";

setDefaultTimeout(30_000);

const TREES: LogTree[] = ["journal", "authLog", "reducedAuthLog", "both"];
describeWithLogs(ATTACK_NEEDS, "attacks", () => {
  const servers = new Servers();
  let host: AttackedHost;
  let exporters: [LogTree, Serving][];
  let sources = 0;

  beforeAll(async () => {
    host = await AttackedHost.start();
    exporters = await Promise.all(
      TREES.map(async (tree): Promise<[LogTree, Serving]> => {
        const serving = await servers.start(authWords(host.logs.rootfs(tree)));
        await serving.ready();
        return [tree, serving];
      }),
    );
  });
  afterAll(async () => {
    await servers.endAll();
    await host?.stop();
  });

  const counts = async () =>
    Object.fromEntries(
      await Promise.all(
        exporters.map(async ([tree, it]) => [tree, authCounts(await it.scrape())] as const),
      ),
    );

  /** Does something from an address of its own, and says what each exporter counted of it. */
  async function counted(act: (from: string) => Promise<unknown>) {
    const before = await counts();
    await act(`127.0.1.${++sources}`);
    await host.settle();
    const after = await counts();
    return TREES.map((tree) => [tree, growth(before[tree]!, after[tree]!)]);
  }

  function everywhere(expected: Counts): [LogTree, Counts][] {
    const failures = ["bad_credentials", "invalid_user", "no_credentials"]
      .map((reason) => expected[reason] ?? 0)
      .reduce((sum, count) => sum + count, 0);
    const window = failures > 0 ? { "1h": failures, "sources 1h": 1 } : {};
    return TREES.map((tree) => [tree, { ...expected, ...window }]);
  }

  test.each(Object.entries(ATTACKS))("%s", async (_, [attempts, expected]) => {
    const growths = await counted(async (from) => {
      for (const attempt of [attempts].flat()) await host.attempt({ ...attempt, from });
    });
    expect(growths).toEqual(everywhere(expected));
  });

  test.each(HOSTILE_NAMES)("the name %p", async (name) => {
    const growths = await counted((from) => host.attempt({ ...password(name, "wrong"), from }));
    expect(growths).toEqual(everywhere({ invalid_user: 1 }));
  });

  describe("where root may not log in", () => {
    test.each([
      ["a wrong password", password("root", "wrong"), { bad_credentials: 1 }],
      ["the right key", withKeys("root", "right"), { no_credentials: 1 }],
    ])("%s", async (_, attempt, expected) => {
      const port = host.strictPort;
      const growths = await counted((from) => host.attempt({ ...attempt, from, port }));
      expect(growths).toEqual(everywhere(expected));
    });
  });

  test("a key and a password are asked for, and the first password is wrong", async () => {
    const attempt = { ...password(USERS.alice, "wrong", PASSWORD), methods: "publickey,password" };
    const growths = await counted((from) =>
      host.attempt({ ...attempt, keys: ["right"], from, port: host.strictPort }),
    );
    expect(growths).toEqual(everywhere({ bad_credentials: 1, "login password": 1 }));
  });

  test("a wrong password, then nothing until the server hangs up", async () => {
    const attempt = password(USERS.alice, "wrong", "sleep");
    const growths = await counted((from) =>
      host.attempt({ ...attempt, from, port: host.narrowPort }),
    );
    expect(growths).toEqual(everywhere({ bad_credentials: 1 }));
  });

  test("a port scan, a browser and ssh-keyscan name nobody", async () => {
    const growths = await counted(async (address) => {
      await (
        await holdConnection(host.port, { address })
      )();
      await fetch(`http://127.0.0.1:${host.port}/`).catch(() => {});
      await output(["ssh-keyscan", "-t", "ed25519", "-p", `${host.port}`, "127.0.0.1"]);
    });
    expect(growths).toEqual(everywhere({ unauthenticated: 3 }));
  });

  test("5 connections where sshd lets 2 wait", async () => {
    const growths = await counted(async (address) => {
      const open = () => holdConnection(host.narrowPort, { address });
      const waiting = [await open(), await open()];
      await Bun.sleep(200);
      for (let i = 0; i < 3; i++) await (await open())();
      for (const close of waiting) await close();
      await host.settle();
      // With the next connection sshd says how many it has dropped.
      await (
        await open()
      )();
    });
    // How many it lets in after all depends on how busy the machine is; each is one or the other.
    const { dropped = 0 } = (growths as [LogTree, Counts][])[0]![1];
    expect(dropped).toBeGreaterThan(0);
    expect(growths).toEqual(everywhere({ unauthenticated: 6 - dropped, dropped }));
  });
});
