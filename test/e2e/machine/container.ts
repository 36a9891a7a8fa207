/**
 * A host in a container of systemd-nspawn, on the kernel of this machine: it boots in seconds and runs at full
 * speed, so scenarios are tried out here first. It needs root, and has no console of its own.
 */
import { mkdirSync, openSync, readFileSync } from "node:fs";
import { type Server, connect, createServer } from "node:net";
import { join } from "node:path";
import { eventually } from "../../helpers/run.ts";
import { command } from "./commands.ts";
import type { VmOptions } from "./vm.ts";

const BOOT_MS = 60_000;
/** systemd-nspawn ends with it when the host asks for a reboot and --keep-unit is given. */
const REBOOT_CODE = 133;
const GUEST = "10.0.2.15";
const OUTSIDE = "10.0.2.2/24";

export class Container {
  readonly hasConsole = false;
  readonly consoleSocket = "";

  private constructor(
    private child: Bun.Subprocess,
    private readonly boot: () => Promise<Bun.Subprocess>,
    private readonly consoleLog: string,
    private readonly tree: string,
    private readonly servers: readonly Server[],
  ) {}

  static async start({ image, setup, forwards, folder }: VmOptions): Promise<Container> {
    const disk = join(folder, "disk.img");
    await command(["cp", "--sparse=always", image.disk, disk], { timeoutMs: 120_000 });
    const tree = join(folder, "tree");
    mkdirSync(tree);
    await command(["mount", "-o", "loop", disk, tree]);
    const consoleLog = join(folder, "console.log");
    const output = openSync(consoleLog, "w");
    // One that was left over by a run that was killed.
    await command(["ip", "link", "delete", "ve-e2e"]).catch(() => {});
    const boot = () => bootTree(tree, setup, output);
    const child = await boot();
    const servers = forwards.map(([port, guest]) => forward(port, guest));
    return new Container(child, boot, consoleLog, tree, servers);
  }

  /** Waits until its sshd answers, which comes after the users are there; after a reboot, that of the new boot. */
  async booted(printedBefore = 0): Promise<void> {
    if (printedBefore > 0) {
      const ended = () => this.child.exitCode ?? undefined;
      const code = await eventually("the container to end", async () => ended(), BOOT_MS);
      if (code !== REBOOT_CODE) throw new Error(`it ended: ${code}`);
      this.child = await this.boot();
    }
    await eventually(
      "sshd of the container",
      async () => {
        if (this.child.exitCode !== null) throw new Error(`it ended: ${this.child.exitCode}`);
        return (await isOpen(GUEST, 22)) || undefined;
      },
      BOOT_MS,
    );
  }

  printed(): string {
    return readFileSync(this.consoleLog, "latin1");
  }

  async end(): Promise<void> {
    for (const server of this.servers) server.close();
    this.child.kill("SIGTERM");
    await Promise.race([this.child.exited, Bun.sleep(5_000)]);
    this.child.kill("SIGKILL");
    await this.child.exited;
    await command(["umount", "-l", this.tree]);
  }
}

/** Leads a port of 127.0.0.1 to one of the guest's. */
function forward(port: number, guest: number): Server {
  const server = createServer({ allowHalfOpen: true }, (near) => {
    const far = connect({ host: GUEST, port: guest, allowHalfOpen: true });
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.pipe(to);
      from.on("error", () => to.destroy());
      from.on("close", () => to.destroy());
    }
  });
  return server.listen(port, "127.0.0.1");
}

function isOpen(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 1_000 });
    const answer = (open: boolean) => {
      socket.destroy();
      resolve(open);
    };
    socket.once("connect", () => answer(true));
    socket.once("error", () => answer(false));
    socket.once("timeout", () => answer(false));
  });
}

/** Boots the tree and gives the link to it an address. */
async function bootTree(tree: string, setup: string, output: number): Promise<Bun.Subprocess> {
  const nspawn = ["systemd-nspawn", "-q", "--register=no", "--keep-unit", "-b", "-D", tree];
  const child = Bun.spawn(
    [
      "setpriv",
      "--pdeathsig",
      "KILL",
      ...nspawn,
      "--machine=e2e",
      "--network-veth",
      "--console=read-only",
      "--capability=all",
      `--bind-ro=${setup}:/dev/vdb`,
    ],
    {
      stdin: "ignore",
      stdout: output,
      stderr: output,
      env: { ...process.env, SYSTEMD_NSPAWN_UNIFIED_HIERARCHY: "1" },
    },
  );
  await eventually("the link to the container", async () => {
    try {
      await command(["ip", "addr", "replace", OUTSIDE, "dev", "ve-e2e"]);
      await command(["ip", "link", "set", "ve-e2e", "up"]);
      return true;
    } catch {
      return undefined;
    }
  });
  return child;
}
