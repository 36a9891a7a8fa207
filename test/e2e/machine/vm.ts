/** A virtual machine: qemu with emulated CPUs, so that it runs where there is no KVM. */
import { closeSync, existsSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { eventually } from "../../helpers/run.ts";
import { command } from "./commands.ts";
import type { Image } from "./image.ts";

/** A port of the guest and the one of 127.0.0.1 that leads to it. */
export type Forward = readonly [host: number, guest: number];

export interface VmOptions {
  image: Image;
  /** The file that the first boot unpacks. */
  setup: string;
  forwards: readonly Forward[];
  /** Where the overlay, the socket and what the console printed go. */
  folder: string;
}

const BOOT_MS = 300_000;

export class Vm {
  readonly hasConsole = true;
  /** A Unix socket: what is typed there is typed at the guest's serial console. */
  readonly consoleSocket: string;
  private readonly consoleLog: string;
  private readonly child: Bun.Subprocess;

  private constructor(child: Bun.Subprocess, folder: string) {
    this.child = child;
    this.consoleSocket = consoleSocket(folder);
    this.consoleLog = consoleLog(folder);
  }

  /** Starts it on a copy-on-write overlay: the image stays as it was built. */
  static async start({ image, setup, forwards, folder }: VmOptions): Promise<Vm> {
    const overlay = join(folder, "overlay.qcow2");
    await command([
      "qemu-img",
      "create",
      "-q",
      "-f",
      "qcow2",
      "-F",
      "raw",
      "-b",
      image.disk,
      overlay,
    ]);
    const ports = forwards.map(([host, guest]) => `,hostfwd=tcp:127.0.0.1:${host}-:${guest}`);
    const serial = `socket,id=serial,path=${consoleSocket(folder)},server=on,wait=off`;
    const output = openSync(join(folder, "qemu.log"), "w");
    const options = [
      ["-display", "none"],
      ["-accel", "tcg,thread=multi"],
      // The oldest one that the executable runs on (x86-64-v2).
      ["-cpu", "Nehalem"],
      ["-smp", "2"],
      ["-m", "1024"],
      ["-kernel", image.kernel],
      ["-initrd", image.initrd],
      // Kernel messages would get between what is typed at the console and its answers.
      ["-append", "root=/dev/vda rw console=ttyS0 loglevel=3 net.ifnames=0 panic=-1"],
      ["-drive", `file=${overlay},if=virtio,format=qcow2,cache=unsafe`],
      ["-drive", `file=${setup},if=virtio,format=raw,readonly=on`],
      // The guest reaches nothing: the ports led to it are all there is.
      ["-netdev", `user,id=net,restrict=on${ports.join("")}`],
      ["-device", "virtio-net-pci,netdev=net,romfile="],
      ["-device", "virtio-rng-pci"],
      ["-chardev", `${serial},logfile=${consoleLog(folder)}`],
      ["-serial", "chardev:serial"],
    ];
    // However this program ends, the machine ends with it.
    const qemu = ["setpriv", "--pdeathsig", "KILL", "qemu-system-x86_64"];
    const child = Bun.spawn([...qemu, "-nodefaults", "-no-user-config", ...options.flat()], {
      stdin: "ignore",
      stdout: output,
      stderr: output,
    });
    closeSync(output);
    return new Vm(child, folder);
  }

  /** Waits for the login prompt that the console shows after what it has printed so far. */
  async booted(printedBefore = 0): Promise<void> {
    await eventually(
      "a login prompt at the console",
      () => {
        if (this.child.exitCode !== null) throw new Error(`qemu ended: ${this.child.exitCode}`);
        return / login: /.test(this.printed().slice(printedBefore)) || undefined;
      },
      BOOT_MS,
    );
  }

  /** All that the console has printed. */
  printed(): string {
    return existsSync(this.consoleLog) ? readFileSync(this.consoleLog, "latin1") : "";
  }

  async end(): Promise<void> {
    this.child.kill("SIGKILL");
    await this.child.exited;
  }
}

function consoleSocket(folder: string): string {
  return join(folder, "console.sock");
}

function consoleLog(folder: string): string {
  return join(folder, "console.log");
}
