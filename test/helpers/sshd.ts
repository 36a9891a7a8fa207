/** A real sshd on a free port of this host, its users, and clients that log in to it. */
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findProgram, hasLogind } from "./needs.ts";
import { Running, freePort, output, remove, scratchFolder } from "./run.ts";
import { type TestUser, TestUsers } from "./test_users.ts";

export const SSHD_NEEDS = [
  "root",
  "sshd",
  "ssh",
  "ssh-keygen",
  "sftp",
  "useradd",
  "setpriv",
  "ss",
  "ps",
];

export class TestSshd {
  private readonly users = new TestUsers();
  private readonly clients: Running[] = [];

  private constructor(
    readonly folder: string,
    readonly port: number,
    private readonly server: Running,
  ) {}

  static async start(): Promise<TestSshd> {
    const folder = scratchFolder("sshd");
    const port = await freePort();
    await output(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", join(folder, "host_key")]);
    await output(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", join(folder, "key")]);
    writeFileSync(join(folder, "authorized_keys"), readFileSync(join(folder, "key.pub")));
    writeFileSync(join(folder, "sshd_config"), sshdConfig(folder, port));
    mkdirSync("/run/sshd", { recursive: true });
    const server = new Running(["sshd", "-D", "-e", "-f", join(folder, "sshd_config")]);
    await server.says(/Server listening on .* port/);
    return new TestSshd(folder, port, server);
  }

  /** Makes a user who logs in with the test's key. */
  addUser(suffix: string): Promise<TestUser> {
    return this.users.add(suffix, join(this.folder, suffix));
  }

  /** Starts a client. It is ready when it says so, and stays until it is ended. */
  async client(
    user: string,
    words: readonly string[],
    { program = "ssh", address = "127.0.0.1" } = {},
  ): Promise<Running> {
    const port = program === "ssh" ? "-p" : "-P";
    const host = address.includes(":") && program !== "ssh" ? `[${address}]` : address;
    const [flags, command] = splitAt(words, "--");
    const target = `${user}@${host}`;
    const client = new Running(
      [program, port, String(this.port), ...this.clientOptions(), ...flags, target, ...command],
      { env: { PATH: process.env["PATH"]!, TERM: "xterm", HOME: this.folder } },
    );
    this.clients.push(client);
    return client;
  }

  /** A login with a terminal. @returns the client, and the terminal it has on the server */
  async login(user: string, flags: readonly string[] = [], address?: string) {
    const client = await this.client(user, ["-tt", ...flags], address ? { address } : {});
    await client.type("tty\n");
    const tty = await client.says(/\/dev\/(pts\/\d+)/);
    return { client, tty };
  }

  /** `ssh host command`, without a terminal. */
  async command(user: string, flags: readonly string[] = [], address?: string): Promise<Running> {
    const words = [...flags, "--", "echo ready; exec sleep 300"];
    const client = await this.client(user, words, address ? { address } : {});
    await client.says(/ready/);
    return client;
  }

  /** `ssh -N`. */
  async tunnel(user: string, flags: readonly string[] = []): Promise<Running> {
    const local = ["-o", "PermitLocalCommand=yes", "-o", "LocalCommand=echo ready"];
    const client = await this.client(user, ["-N", ...local, ...flags]);
    await client.says(/ready/);
    return client;
  }

  async sftp(user: string): Promise<Running> {
    const client = await this.client(user, [], { program: "sftp" });
    await client.type("pwd\n");
    await client.says(/Remote working directory/);
    return client;
  }

  /** Ends all clients, and what their users still run. */
  async endClients(): Promise<void> {
    await Promise.all(this.clients.splice(0).map((client) => client.end()));
    await this.users.endProcesses();
  }

  async stop(): Promise<void> {
    await this.endClients();
    await this.server.end();
    await this.users.remove();
    remove(this.folder);
  }

  private clientOptions(): string[] {
    const options = {
      IdentityFile: join(this.folder, "key"),
      IdentitiesOnly: "yes",
      BatchMode: "yes",
      StrictHostKeyChecking: "no",
      UserKnownHostsFile: "/dev/null",
      LogLevel: "ERROR",
    };
    const settings = Object.entries(options).flatMap(([key, value]) => ["-o", `${key}=${value}`]);
    return ["-F", "none", ...settings];
  }
}

/** Whether this host has ::1. */
export function hasIpv6Loopback(): boolean {
  return (
    existsSync("/proc/net/if_inet6") && / lo$/m.test(readFileSync("/proc/net/if_inet6", "utf8"))
  );
}

function sshdConfig(folder: string, port: number): string {
  const lines = [
    `Port ${port}`,
    "ListenAddress 127.0.0.1",
    hasIpv6Loopback() ? "ListenAddress ::1" : "",
    `HostKey ${join(folder, "host_key")}`,
    `AuthorizedKeysFile ${join(folder, "authorized_keys")}`,
    "PidFile none",
    "StrictModes no",
    "UseDNS no",
    "PermitRootLogin prohibit-password",
    // Only PAM tells logind of a session; where there is no logind, PAM's modules may refuse all.
    `UsePAM ${hasLogind() ? "yes" : "no"}`,
    "PasswordAuthentication no",
    "PrintMotd no",
    "PrintLastLog no",
    `Subsystem sftp ${sftpServer()}`,
  ];
  return lines.join("\n");
}

function sftpServer(): string {
  const known = ["/usr/lib/openssh/sftp-server", "/usr/libexec/openssh/sftp-server"];
  return known.find((path) => existsSync(path)) ?? "internal-sftp";
}

function splitAt(words: readonly string[], mark: string): [string[], string[]] {
  const at = words.indexOf(mark);
  return at < 0 ? [[...words], []] : [words.slice(0, at), words.slice(at + 1)];
}

/** A copy of `sleep` that the kernel calls `sshd`, as a user would make one to deceive. */
export function sshdImpostor(folder: string): string {
  const path = join(folder, "sshd");
  writeFileSync(path, readFileSync(findProgram("sleep")!));
  chmodSync(path, 0o755);
  return path;
}
