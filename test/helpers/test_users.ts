/** Users of this host that tests make, and remove again. */
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { eventually, output, run } from "./run.ts";

export interface TestUser {
  name: string;
  password: string;
}

/** Names carry the pid of the test run, so that two runs on one host do not meet. */
const PREFIX = "useit";

export class TestUsers {
  private readonly names: string[] = [];

  /** @param home is made, and belongs to the user */
  async add(suffix: string, home: string): Promise<TestUser> {
    if (this.names.length === 0) await removeAbandoned();
    const user = { name: `${PREFIX}${process.pid}${suffix}`, password: crypto.randomUUID() };
    mkdirSync(home);
    const settings = [
      "--no-log-init",
      "--no-create-home",
      "--home-dir",
      home,
      "--shell",
      "/bin/sh",
    ];
    await output(["useradd", ...settings, user.name]);
    this.names.push(user.name);
    await output(["chown", `${user.name}:`, home]);
    await output(["chpasswd"], { stdin: `${user.name}:${user.password}\n` });
    return user;
  }

  /** Ends what the users still run, what runs set-uid for them included. */
  async endProcesses(): Promise<void> {
    await eventually("the users' processes to end", async () => {
      const pids = await pidsOf(this.names);
      for (const pid of pids) kill(pid);
      return pids.length === 0 ? true : undefined;
    });
  }

  async remove(): Promise<void> {
    await this.endProcesses();
    for (const name of this.names.splice(0)) await output(["userdel", "--force", name]);
  }
}

/** Removes users that a run left behind which was killed. */
async function removeAbandoned(): Promise<void> {
  const names = readFileSync("/etc/passwd", "utf8").match(/^useit\d+[a-z]+(?=:)/gm) ?? [];
  for (const name of names) {
    const runPid = Number(/\d+/.exec(name)![0]);
    if (!existsSync(`/proc/${runPid}`)) await run(["userdel", "--force", name]);
  }
}

/** By effective uid, and by real uid. */
async function pidsOf(users: readonly string[]): Promise<number[]> {
  if (users.length === 0) return [];
  const list = users.join(",");
  const { stdout } = await run(["ps", "-u", list, "-U", list, "-o", "pid=,state="]);
  const lines = stdout.split("\n").filter((line) => line !== "" && !line.includes("Z"));
  return lines.map((line) => Number.parseInt(line, 10));
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended by itself.
  }
}
