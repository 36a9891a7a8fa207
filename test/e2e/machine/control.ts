/** Root's way into a host: one connection, held open, that all commands of a test share. */
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { eventually } from "../../helpers/run.ts";
import { command } from "./commands.ts";
import type { Ssh } from "./ssh.ts";

export class Control {
  private constructor(
    private readonly ssh: Ssh,
    private readonly socket: string,
    private readonly child: Bun.Subprocess,
    private readonly log: string,
  ) {}

  static async open(ssh: Ssh, log: string): Promise<Control> {
    const socket = join(ssh.folder, `control-${Date.now()}`);
    const words = ["-M", "-N", "-S", socket, "root@host"];
    const child = Bun.spawn(ssh.client("ssh", words), { stdin: "ignore", stderr: "ignore" });
    const control = new Control(ssh, socket, child, log);
    await eventually(
      "a control connection",
      async () => {
        if (child.exitCode !== null) throw new Error(`ssh ended with ${child.exitCode}`);
        const checked = Bun.spawn(["ssh", "-S", socket, "-O", "check", "host"], {
          stderr: "ignore",
        });
        return (await checked.exited) === 0 || undefined;
      },
      90_000,
    );
    return control;
  }

  /**
   * Runs a shell script as root and gives what it prints.
   *
   * @throws CommandError when it fails
   */
  async sh(script: string, timeoutMs = 180_000): Promise<string> {
    const words = ["-S", this.socket, "root@host", "sh", "-s"];
    return command(this.ssh.client("ssh", words), {
      stdin: `${script}\n`,
      timeoutMs,
      log: this.log,
    });
  }

  /** What it prints, or how it failed. */
  async attempt(script: string, timeoutMs = 180_000): Promise<string> {
    return (await this.sh(`{ ${script}\n} 2>&1 || echo "exit code $?"`, timeoutMs)).trim();
  }

  async copy(files: readonly string[], place: string): Promise<void> {
    await this.ssh.copy(["-o", `ControlPath=${this.socket}`, ...files], `root@host:${place}`);
  }

  note(text: string): void {
    appendFileSync(this.log, `# ${text}\n`);
  }

  async close(): Promise<void> {
    this.child.kill();
    await this.child.exited;
  }
}
