import type { Collector } from "../../src/collectors/registry.ts";
import { Collection } from "../../src/collectors/runtime/collection.ts";
import type { Family } from "../../src/metrics/metric.ts";
import { HostState } from "../../src/collectors/runtime/host_state.ts";
import { ShownUsers } from "../../src/model/shown_users.ts";
import { createLog } from "../../src/log.ts";
import { MACHINE_STAT, processFiles } from "./proc_files.ts";
import { settings } from "./settings.ts";
import { TempTree } from "./temp_tree.ts";
import { utmpRecord } from "./utmp_record.ts";

/** The pty that the kernel numbers 136:N. */
const ptyNumber = (n: number) => (136 << 8) | n;

/** A host without logind: alice and bob are logged in on two ptys, by utmp. */
export class SmallHost extends TempTree {
  /** What was logged, without its time. */
  readonly logged: string[] = [];

  constructor() {
    super({
      "/proc/stat": MACHINE_STAT,
      "/proc/net/tcp": "  sl  local_address\n",
      "/etc/passwd":
        "root:x:0:0:::\nalice:x:1000:100:Alice Liddell,,:/:\nbob:x:1001:100:Bob,,:/:\n",
      "/etc/group": "root:x:0:\nusers:x:100:\n",
      "/dev/pts/0": "",
      "/dev/pts/1": "",
      "/run/utmp": Buffer.concat([
        utmpRecord({ pid: 1000, line: "pts/0", user: "alice", seconds: 1_700_000_500 }),
        utmpRecord({ pid: 1001, line: "pts/1", user: "bob", seconds: 1_700_000_600 }),
      ]),
      "/var/log/wtmp": Buffer.concat([
        utmpRecord({ user: "alice", seconds: 1_600_000_000 }),
        utmpRecord({ user: "bob", seconds: 1_600_000_001 }),
      ]),
      ...processFiles({ pid: 1, uid: 0, comm: "init", rssPages: 1 }),
      ...processFiles({
        pid: 1000,
        uid: 1000,
        parentPid: 1,
        ttyNumber: ptyNumber(0),
        rssPages: 10,
      }),
      ...processFiles({
        pid: 1001,
        uid: 1001,
        parentPid: 1,
        ttyNumber: ptyNumber(1),
        rssPages: 20,
      }),
    });
  }

  host(excludeUsers: string[] = []): HostState {
    const log = createLog("debug", "logfmt", false, (line) =>
      this.logged.push(line.replace(/^time=\S+ /, "")),
    );
    return new HostState({
      root: this.root,
      log,
      settings: settings({ users: new ShownUsers({ excludedNames: new Set(excludeUsers) }) }),
      getent: false,
      stateDirectory: undefined,
    });
  }

  collection(collectors: readonly Collector[], excludeUsers: string[] = []): Collection {
    const build = { version: "1", revision: "r", bunVersion: "b" };
    return new Collection(this.host(excludeUsers), collectors, build);
  }
}

/** The samples of a collection as `name{values} value`, without the exporter's prefix. */
export function series(families: readonly Family[]): string[] {
  return families.flatMap(({ definition, samples }) =>
    samples.map(({ labels, value }) => {
      const values = Object.values(labels).join("|");
      return `${definition.name.replace("user_sessions_", "")}{${values}} ${value}`;
    }),
  );
}
