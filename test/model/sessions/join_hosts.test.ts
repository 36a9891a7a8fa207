import { Deadline } from "../../../src/sources/deadline.ts";
import { settings } from "../../helpers/settings.ts";
/** The sessions of captured hosts are those that were opened on them, as their expected.json lists them. */
import { afterAll, describe, expect, test } from "bun:test";
import { HostState } from "../../../src/collectors/runtime/host_state.ts";
import { Snapshot } from "../../../src/collectors/runtime/snapshot.ts";
import { connectionsCollector } from "../../../src/collectors/connections.ts";
import { createLog } from "../../../src/log.ts";
import { Root } from "../../../src/sources/root.ts";
import { type Tree, hosts, openTree } from "../../helpers/tree.ts";

const trees: Tree[] = [];

afterAll(() => {
  for (const tree of trees) tree.dispose();
});

describe.each(hosts)("%s", (name) => {
  const tree = openTree(name);
  trees.push(tree);
  const host = new HostState({
    root: new Root(tree.path),
    log: createLog("error", "logfmt"),
    settings: settings({ sshPorts: new Set([22]) }),
    getent: false,
    stateDirectory: undefined,
  });
  const snapshot = new Snapshot(host, new Deadline(Number.MAX_SAFE_INTEGER));

  test("every session once, with user, terminal, address and type", async () => {
    const seen = (await snapshot.sessions()).map(({ user, tty, fromIp, type }) =>
      [user, tty, fromIp, type].join(" | "),
    );
    const expected = tree.expected.sessions.flatMap(
      ({ username, tty, from_ip, session_type, count }) =>
        Array<string>(count ?? 1).fill([username, tty, from_ip, session_type].join(" | ")),
    );
    expect(seen.toSorted()).toEqual(expected.toSorted());
  });

  test("connections", async () => {
    const families = await connectionsCollector.collect(snapshot);
    const value = (metric: string) =>
      families.find(({ definition }) => definition.name.endsWith(metric))!.samples[0]!.value;
    expect(value("ssh_connections")).toBe(tree.expected.ssh_connections);
    expect(value("vnc_connections")).toBe(tree.expected.vnc_connections);
  });
});
