/**
 * A host's log daemons, apart from those of this machine: a real systemd-journald, which hands all that
 * it gets to a real rsyslogd, as Debian has it. They run in namespaces of their own, with a /dev, /run,
 * /etc and /var/log of their own; all of it ends with the test, also with one that is killed.
 */
import { describe } from "bun:test";
import { type Stats, existsSync, mkdirSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { findProgram, lacking } from "./needs.ts";
import { type Result, Running, eventually, remove, run, scratchFolder } from "./run.ts";

/** Accounts that exist in there only, with this password. */
export const USERS = { alice: "useitalice", bob: "useitbob", mallory: "useitmallory" };
export const PASSWORD = "correct horse";

const JOURNALD = ["/usr/lib/systemd/systemd-journald", "/lib/systemd/systemd-journald"].find(
  existsSync,
);
const TOOLS = [
  "root",
  "unshare",
  "nsenter",
  "mount",
  "useradd",
  "chpasswd",
  "logger",
  "journalctl",
  "pidof",
];
const SET_UP = join(import.meta.dir, "log_host.sh");
const UNSHARE = ["unshare", "--mount", "--pid", "--fork", "--kill-child"];

/** `describe` for tests with such a host, skipped where there can be none. */
export function describeWithLogs(needs: readonly string[], name: string, tests: () => void): void {
  const why = lackingForLogHost(needs);
  if (why === undefined) return void describe(name, tests);
  console.log(`SKIPPED: ${name}: ${why}`);
  describe.skip(`${name} (skipped: ${why})`, tests);
}

function lackingForLogHost(needs: readonly string[]): string | undefined {
  const why = lacking([...TOOLS, ...needs]);
  if (why !== undefined) return why;
  if (JOURNALD === undefined) return "it needs systemd-journald";
  const probe = ["sh", "-c", "mount -t proc proc /proc && mount -t tmpfs tmpfs /run"];
  const { success } = Bun.spawnSync([...UNSHARE, ...probe]);
  return success ? undefined : "it needs to mount in a namespace of its own";
}

export interface LogHostOptions {
  /** Whether rsyslogd is there, too. */
  syslog: boolean;
}

/** Each has a /var/log with one log, or with both. */
const TREES = ["journal", "authLog", "reducedAuthLog", "both"] as const;
export type LogTree = (typeof TREES)[number];

export class LogHost {
  private sentinels = 0;

  private constructor(
    readonly folder: string,
    private readonly holder: Running,
    private readonly pid: string,
    private readonly options: LogHostOptions,
  ) {}

  static async start(options: LogHostOptions): Promise<LogHost> {
    const folder = scratchFolder("loghost");
    for (const name of ["dev", "etc", "both/var/log/journal"]) {
      mkdirSync(join(folder, name), { recursive: true });
    }
    link(folder, "both/var/log/journal", "journal/var/log/journal");
    link(folder, "both/var/log/auth.log", "authLog/var/log/auth.log");
    link(folder, "both/var/log/reduced", "reducedAuthLog/var/log/auth.log");
    const daemons = options.syslog ? [JOURNALD!, findProgram("rsyslogd")!] : [JOURNALD!];
    const users = Object.values(USERS).join(" ");
    const holder = new Running([...UNSHARE, "sh", SET_UP, folder, PASSWORD, users, ...daemons]);
    const pid = await holder.says(/^pid (\d+)$/m);
    await holder.says(/^ready$/m);
    return new LogHost(folder, holder, pid, options);
  }

  /** The root of a host that has these logs. */
  rootfs(tree: LogTree): string {
    return join(this.folder, tree);
  }

  /** Runs a program in there to its end. */
  run(command: readonly string[], stdin = ""): Promise<Result> {
    return run(this.inside(command), { stdin });
  }

  /** Starts a program in there, which ends with the host. */
  spawn(command: readonly string[]): Running {
    return new Running(this.inside(command));
  }

  /** @throws an Error with what the shell said when it fails */
  async shell(script: string, stdin = ""): Promise<string> {
    const { code, stdout, stderr } = await this.run(["sh", "-c", script], stdin);
    if (code !== 0) throw new Error(`${script} ended with ${code}: ${stderr}`);
    return stdout;
  }

  /** Waits until all that was logged so far stands in the logs: they keep the order. */
  async settle(): Promise<void> {
    const sentinel = `sentinel ${++this.sentinels}.`;
    // Sent as auth, so that it goes the whole way; its name is none that is counted.
    await this.shell(`logger -t sentinel -p auth.info '${sentinel}'`);
    if (!this.options.syslog) {
      const find = ["journalctl", "--directory=/var/log/journal", "-q", "-t", "sentinel", "-n1"];
      await eventually("the sentinel in the journal", async () =>
        (await this.run(find)).stdout.includes(sentinel) ? true : undefined,
      );
      return;
    }
    const logs = [this.log("auth.log"), this.log("reduced")];
    await eventually("the sentinel in the text logs", () =>
      logs.every((log) => tailOf(log).includes(sentinel)) ? true : undefined,
    );
  }

  /** Makes journald begin new files. It says nothing when it has. */
  async rotateJournal(): Promise<void> {
    await this.shell("kill -USR2 $(pidof systemd-journald)");
  }

  /**
   * Journald ends and begins again, in another boot as far as it can tell.
   *
   * @param isSudden leaves its files as they were, as a loss of power does
   */
  async reboot(isSudden: boolean): Promise<void> {
    const bootId = crypto.randomUUID();
    const path = "/proc/sys/kernel/random/boot_id";
    await this.shell(`
      pid=$(pidof systemd-journald)
      kill -${isSudden ? "KILL" : "TERM"} $pid
      # Its parent does not bury it.
      while read -r _ _ state _ < /proc/$pid/stat && [ "$state" != Z ]; do sleep 0.02; done
      echo ${bootId} > /run/boot_id
      mount --bind /run/boot_id ${path}
      rm -f /run/systemd/journal/dev-log`);
    this.spawn([JOURNALD!]);
    await this.shell("until [ -S /run/systemd/journal/dev-log ]; do sleep 0.02; done");
  }

  /** The path of a file in /var/log, from outside. */
  log(name: string): string {
    return join(this.folder, "both/var/log", name);
  }

  async stop(): Promise<void> {
    // The first process in there ends with a line of input; unshare itself would not hear a SIGTERM.
    await this.holder.type("\n");
    await this.holder.exited;
    remove(this.folder);
  }

  private inside(command: readonly string[]): string[] {
    const [program = "", ...words] = command;
    const found = findProgram(program) ?? program;
    return ["nsenter", "--target", this.pid, "--mount", "--pid", "--", found, ...words];
  }
}

function link(folder: string, to: string, from: string): void {
  mkdirSync(dirname(join(folder, from)), { recursive: true });
  symlinkSync(join(folder, to), join(folder, from));
}

function tailOf(path: string): string {
  const stats: Stats | undefined = statSync(path, { throwIfNoEntry: false });
  return stats === undefined ? "" : readFileSync(path, "utf8").slice(-2000);
}
