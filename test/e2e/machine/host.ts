/** A Debian host: its machine, and the ways into it. */
import { randomBytes } from "node:crypto";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { command } from "./commands.ts";
import { Container } from "./container.ts";
import { Control } from "./control.ts";
import { image } from "./image.ts";
import type { HostKind } from "./packages.ts";
import { Ssh } from "./ssh.ts";
import { type Forward, Vm } from "./vm.ts";

export interface User {
  name: string;
  realName: string;
  password: string;
}

export const EXPORTER_PORT = 10041;
export const VNC_PORT = 5901;
export const COCKPIT_PORT = 9090;

export interface HostOptions {
  suite: string;
  kind: HostKind;
  /** Holds images and logs between runs. */
  cache: string;
}

export class Host {
  control!: Control;
  vm!: Vm | Container;
  ssh!: Ssh;

  private constructor(
    /** Its suite, and its kind if that is not the package's: `trixie`, `trixie-field`. */
    readonly name: string,
    /** What belongs to this run, and goes with it. */
    readonly folder: string,
    /** What this run leaves: logs. */
    readonly logs: string,
    readonly users: { alice: User; bob: User },
    readonly forwards: readonly Forward[],
  ) {}

  /** Builds or finds the image, boots it and opens the control connection. */
  static async boot({ suite, kind, cache }: HostOptions): Promise<Host> {
    const name = kind === "package" ? suite : `${suite}-${kind}`;
    const logs = join(cache, "logs", name);
    rmSync(logs, { recursive: true, force: true });
    mkdirSync(logs, { recursive: true });
    const disk = await image(suite, kind, join(cache, "images"), join(logs, "image.log"));
    const users = { alice: newUser("alice", "Alice Example"), bob: newUser("bob", "Bob Example") };
    const guestPorts = [22, 2222, EXPORTER_PORT, VNC_PORT, COCKPIT_PORT];
    const ports = await freePorts(guestPorts.length);
    const forwards = guestPorts.map((guest, index): Forward => [ports[index]!, guest]);
    // A socket's path may have 107 bytes: the folder of the project may be too deep for it.
    const folder = mkdtempSync(join(tmpdir(), `e2e-${name}-`));
    const host = new Host(name, folder, logs, users, forwards);
    try {
      host.ssh = await Ssh.prepare(folder, [host.port(22), host.port(2222)]);
      const setup = await setUpArchive(host);
      const machine = process.env["CONTAINER"] ? Container : Vm;
      host.vm = await machine.start({ image: disk, setup, forwards, folder });
      await host.vm.booted();
      await host.connect();
      // Without its users a host would fail every scenario, and none would say why.
      await host.control.sh("test -e /e2e/done");
    } catch (error) {
      await host.end();
      throw error;
    }
    return host;
  }

  /** The port of 127.0.0.1 that leads to a port of the guest. */
  port(guest: number): number {
    const forward = this.forwards.find(([, port]) => port === guest);
    if (!forward) throw new Error(`nothing leads to port ${guest}`);
    return forward[0];
  }

  async reboot(): Promise<void> {
    const printedBefore = this.vm.printed().length;
    // The connection may end before the answer comes.
    await this.control.sh("systemctl --no-block reboot").catch(() => {});
    await this.vm.booted(printedBefore);
    await this.control.close();
    await this.connect();
  }

  /** Ends all of it, whatever state it is in, and keeps the logs. */
  async end(): Promise<void> {
    await this.control?.close();
    await this.vm?.end();
    for (const name of ["console.log", "qemu.log"]) {
      try {
        copyFileSync(join(this.folder, name), join(this.logs, name));
      } catch {
        // It was not started far enough to have one.
      }
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async connect(): Promise<void> {
    this.control = await Control.open(this.ssh, join(this.logs, "control.log"));
  }
}

/** The archive on the second disk. Its users and keys open this one machine, while it runs. */
async function setUpArchive(host: Host): Promise<string> {
  const folder = join(host.folder, "setup", "e2e");
  mkdirSync(folder, { recursive: true });
  const guest = join(import.meta.dir, "guest");
  for (const name of ["first_boot.sh", "observe.sh"])
    copyFileSync(join(guest, name), join(folder, name));
  const lines = Object.values(host.users).map((u) => `${u.name} ${u.password} ${u.realName}\n`);
  writeFileSync(join(folder, "users"), lines.join(""));
  writeFileSync(join(folder, "hostname"), `${host.name}\n`);
  writeFileSync(join(folder, "authorized_keys"), host.ssh.publicKey);
  const archive = join(host.folder, "setup.tar");
  const owner = ["--owner=0", "--group=0", "--numeric-owner"];
  await command(["tar", ...owner, "-C", join(host.folder, "setup"), "-cf", archive, "e2e"]);
  return archive;
}

function newUser(name: string, realName: string): User {
  return { name, realName, password: randomBytes(12).toString("hex") };
}

/** Ports of 127.0.0.1 that nothing uses at this moment. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve) => {
          server.listen(0, "127.0.0.1", () => resolve((server.address() as { port: number }).port));
        }),
    ),
  );
  for (const server of servers) server.close();
  return ports;
}
