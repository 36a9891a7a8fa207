/**
 * Without a descriptor a reader fails, or gives what it gives with one: nothing is taken for gone, empty or
 * unknown because it could not be opened at this moment.
 */
import { afterEach, expect, test } from "bun:test";
import { mkdirSync, symlinkSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { Accounts } from "../../src/model/accounts.ts";
import { codeOf } from "../../src/sources/errors.ts";
import { DirectoryFiles } from "../../src/sources/accounts/directory_files.ts";
import { readHostNames } from "../../src/sources/host_name.ts";
import { HostZone } from "../../src/sources/host_zone.ts";
import { LastlogReader } from "../../src/sources/logins/lastlog.ts";
import {
  countLingeringUsers,
  readLogindSessions,
  readLogindUsers,
} from "../../src/sources/logins/logind.ts";
import { readUtmp } from "../../src/sources/logins/utmp.ts";
import { WtmpReader } from "../../src/sources/logins/wtmp.ts";
import { chooseLogs } from "../../src/model/auth/log_choice.ts";
import { readOpenSessions } from "../../src/model/auth/host_facts.ts";
import { AuthLog } from "../../src/sources/logs/text/auth_log.ts";
import { readBootTimeMs } from "../../src/sources/proc/machine_stat.ts";
import { readTcpSockets } from "../../src/sources/proc/net_tcp.ts";
import { readUnixSockets } from "../../src/sources/proc/net_unix.ts";
import { readArguments } from "../../src/sources/proc/pid_cmdline.ts";
import { readOpenInodes, readSocketInodes } from "../../src/sources/proc/pid_fd.ts";
import {
  readAuditSession,
  readCgroup,
  readForegroundGroup,
} from "../../src/sources/proc/pid_session.ts";
import { readStatus } from "../../src/sources/proc/pid_status.ts";
import { ProcessScan } from "../../src/sources/proc/process_scan.ts";
import type { Root } from "../../src/sources/root.ts";
import { DescriptorReserve } from "../../src/sources/descriptors.ts";
import { MACHINE_STAT, processFiles } from "../helpers/proc_files.ts";
import { TempTree } from "../helpers/temp_tree.ts";
import { utmpRecord } from "../helpers/utmp_record.ts";

const PID = 7;
const BOOT_ID = "01234567-89ab-cdef-0123-456789abcdef";

/** A host that has something for every reader to find. */
function host(): TempTree {
  const tree = new TempTree({
    ...processFiles({ pid: 7, uid: 1000 }),
    "/proc/7/cgroup": "0::/user.slice/user-1000.slice/session-3.scope\n",
    "/proc/7/sessionid": "3",
    "/proc/7/stat": `7 (sh) S 1 7 7 34816 7 ${"0 ".repeat(44)}\n`,
    "/proc/7/fdinfo/4": "pos:\t0\nino:\t77\n",
    "/proc/stat": MACHINE_STAT,
    "/proc/sys/kernel/random/boot_id": BOOT_ID,
    "/proc/net/tcp": "  sl  local_address\n",
    "/proc/net/tcp6": "  sl  local_address\n",
    "/proc/net/unix": "Num RefCount\n",
    "/run/utmp": utmpRecord({ pid: 7, user: "alice", seconds: 1_700_000_000 }),
    "/run/systemd/sessions/3":
      "UID=1000\nUSER=alice\nLEADER=7\nACTIVE=1\nSTATE=active\nCLASS=user\n",
    "/run/systemd/users/1000": "NAME=alice\nSTATE=active\n",
    "/run/systemd/seats/seat0": "",
    "/var/lib/systemd/linger/alice": "",
    "/var/log/lastlog": Buffer.alloc(292 * 1001, 1),
    "/var/log/wtmp": utmpRecord({ user: "alice", seconds: 1_700_000_000 }),
    "/var/log/wtmp.1": utmpRecord({ user: "bob", seconds: 1_600_000_000 }),
    "/var/log/wtmp.2.gz": gzipSync(utmpRecord({ user: "carol", seconds: 1_500_000_000 })),
    "/var/log/auth.log":
      "2026-01-01T10:00:02+00:00 box sshd[7]: Connection closed by 192.0.2.1 port 3\n",
    "/var/log/auth.log.1": "Jan  1 10:00:01 box sshd[7]: Connection closed by 192.0.2.1 port 2\n",
    "/etc/passwd": "root:x:0:0:::\nalice:x:1000:100:Alice:/:\n",
    "/etc/group": "users:x:100:\n",
    "/etc/userdb/dora.user": JSON.stringify({ userName: "dora", uid: 5000 }),
    "/var/lib/extrausers/passwd": "emil:x:1001:100:Emil:/:\n",
    "/var/lib/extrausers/group": "extra:x:1001:\n",
    "/etc/hostname": "box\n",
    "/etc/timezone": "Europe/Berlin\n",
  });
  mkdirSync(`${tree.folder}/proc/7/fd`);
  symlinkSync("socket:[55]", `${tree.folder}/proc/7/fd/3`);
  return tree;
}

async function accounts(root: Root): Promise<unknown> {
  const known = new Accounts(root, undefined);
  await known.refreshPasswd();
  await known.refreshGroup();
  return [known.nameOf(1000), known.identity("alice")];
}

function logLines(root: Root): unknown {
  const nowMs = Date.UTC(2026, 0, 2);
  const log = new AuthLog({
    root,
    path: root.path("/var/log/auth.log"),
    position: undefined,
    sinceMs: 0,
    now: () => nowMs,
  });
  const messages: unknown[] = [];
  try {
    log.poll(({ message, timeMs }) => void messages.push([message, timeMs]));
    return messages;
  } finally {
    log.close();
  }
}

const READERS: Record<string, (root: Root) => unknown> = {
  readArguments: (root) => readArguments(root, PID),
  readCgroup: (root) => readCgroup(root, PID),
  readAuditSession: (root) => readAuditSession(root, PID),
  readForegroundGroup: (root) => readForegroundGroup(root, PID),
  readOpenInodes: (root) => [...(readOpenInodes(root, PID) ?? [])],
  readSocketInodes: (root) => [...(readSocketInodes(root, PID) ?? [])],
  readStatus: (root) => readStatus(root, PID),
  readBootTimeMs: (root) => readBootTimeMs(root),
  readTcpSockets: (root) => readTcpSockets(root),
  readUnixSockets: (root) => readUnixSockets(root, "/xrdp_"),
  processes: async (root) => (await new ProcessScan(root, () => 0, undefined, 1).run()).length,
  readUtmp: (root) => readUtmp(root),
  readLogindSessions: (root) => readLogindSessions(root),
  readLogindUsers: async (root) => [...(await readLogindUsers(root))],
  countLingeringUsers: (root) => countLingeringUsers(root),
  readOpenSessions: (root) => readOpenSessions(root),
  lastlog: async (root) => [...(await new LastlogReader(root, () => 2e9).read([1000]))],
  wtmp: async (root) => [...(await new WtmpReader(root, () => 2e9).read())],
  accounts,
  directoryFiles: async (root) => {
    const files = new DirectoryFiles(root);
    const names = (await files.accounts()).flatMap(({ byName }) => Array.from(byName.keys()));
    return [names, (await files.groups()).length];
  },
  hostNames: (root) => readHostNames(root),
  hostZone: (root) => new HostZone(root).get().offsetAt(1_700_000_000),
  chooseLogs: (root) => chooseLogs(root, Date.UTC(2026, 0, 2)).logs,
  logLines,
};

const { use } = DescriptorReserve.prototype;

afterEach(() => {
  DescriptorReserve.prototype.use = use;
});

/**
 * What a reader gives, or the code of what it throws, and how often it opened something.
 *
 * @param isShort whether there is no descriptor for the Nth time that it does
 */
async function attempt(read: () => unknown, isShort: (n: number) => boolean) {
  let opened = 0;
  DescriptorReserve.prototype.use = function <T>(open: () => T): T {
    if (isShort(++opened)) throw Object.assign(new Error("EMFILE"), { code: "EMFILE" });
    return open();
  };
  try {
    return { result: { value: await read() }, opened };
  } catch (error) {
    return { result: codeOf(error) ?? String(error), opened };
  }
}

test.each(Object.entries(READERS))(
  "%s takes nothing that it can't open for gone",
  async (_, read) => {
    using tree = host();
    const run = (isShort: (n: number) => boolean) => attempt(() => read(tree.root), isShort);
    const { result: whole, opened } = await run(() => false);
    expect(whole).toBeObject();
    expect(opened).toBeGreaterThan(0);
    let failures = 0;
    for (let n = 1; n <= opened; n++) {
      for (const isShort of [(i: number) => i === n, (i: number) => i >= n]) {
        const { result } = await run(isShort);
        if (result === "EMFILE") failures++;
        else expect(result).toEqual(whole);
      }
    }
    expect(failures).toBeGreaterThan(0);
  },
);
