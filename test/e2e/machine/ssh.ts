/** Logins on a host by OpenSSH's own client, with a key and a configuration made for this run. */
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type CommandOptions, command } from "./commands.ts";

/** An emulated CPU takes its time for a key exchange. */
const CONNECT_SECONDS = 60;

export class Ssh {
  private constructor(
    readonly folder: string,
    /** The client's configuration: `host` and `host-2222` are the two sshds; nobody knows the other key. */
    readonly config: string,
    readonly publicKey: string,
  ) {}

  /** @param ports the ports of 127.0.0.1 that lead to the guest's 22 and 2222 */
  static async prepare(folder: string, ports: readonly [number, number]): Promise<Ssh> {
    const key = join(folder, "id_ed25519");
    await makeKey(key);
    await makeKey(`${key}_unknown`);
    const config = join(folder, "ssh_config");
    writeFileSync(
      config,
      `Host host
  Port ${ports[0]}
Host host-2222
  Port ${ports[1]}
Host host-unknown-key
  Port ${ports[0]}
  IdentityFile ${key}_unknown
Host * !host-unknown-key
  IdentityFile ${key}
Host *
  HostName 127.0.0.1
  IdentitiesOnly yes
  IdentityAgent none
  StrictHostKeyChecking no
  UserKnownHostsFile /dev/null
  GlobalKnownHostsFile /dev/null
  ConnectTimeout ${CONNECT_SECONDS}
  ServerAliveInterval 30
  LogLevel ERROR
  Compression yes
`,
    );
    // The client asks this program for a password, as often as the server lets it.
    writeFileSync(join(folder, "askpass"), '#!/bin/sh\necho "$E2E_PASSWORD"\n');
    chmodSync(join(folder, "askpass"), 0o755);
    return new Ssh(folder, config, await Bun.file(`${key}.pub`).text());
  }

  /** The words of a client; options come before the destination. */
  client(program: "ssh" | "sftp" | "scp", words: readonly string[]): string[] {
    return [program, "-F", this.config, ...words];
  }

  /** The environment in which a client gives this password whenever it is asked for one. */
  passwordEnvironment(password: string): Record<string, string> {
    return {
      SSH_ASKPASS: join(this.folder, "askpass"),
      SSH_ASKPASS_REQUIRE: "force",
      E2E_PASSWORD: password,
    };
  }

  /** Copies files to a place on the host, over an open control connection or one of its own. */
  async copy(files: readonly string[], place: string, options: CommandOptions = {}): Promise<void> {
    await command(this.client("scp", [...files, place]), { timeoutMs: 240_000, ...options });
  }
}

/** Words that make a client offer passwords and nothing else, `attempts` times. */
export function passwordOnly(attempts = 1): string[] {
  const options = [
    "PubkeyAuthentication=no",
    "PreferredAuthentications=password",
    `NumberOfPasswordPrompts=${attempts}`,
  ];
  return options.flatMap((option) => ["-o", option]);
}

async function makeKey(path: string): Promise<void> {
  await command(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "e2e", "-f", path]);
}
