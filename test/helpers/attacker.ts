/** A real sshd behind real log daemons, and OpenSSH's own client, which tries to get in. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LogHost, USERS } from "./log_host.ts";
import { type Running, eventually, freePort, output, run } from "./run.ts";

export const ATTACK_NEEDS = ["sshd", "ssh", "ssh-keygen", "ssh-keyscan", "rsyslogd", "chage", "ps"];

/** More than the six tries that sshd gives a connection. */
const WRONG_KEYS = 7;

export interface Attempt {
  user: string;
  /** The client's `PreferredAuthentications`. */
  methods: string;
  /** What is answered to each question for a password or by keyboard-interactive, in turn. */
  answers?: readonly string[];
  /** `right` is authorized for every account, `wrong0` to `wrong6` for none. */
  keys?: readonly string[];
  /** More options of the client. */
  options?: Record<string, string>;
  /** The client's address; each of 127.0.0.0/8 will do. */
  from?: string;
  port?: number;
}

export class AttackedHost {
  private attempts = 0;

  private constructor(
    readonly logs: LogHost,
    readonly port: number,
    /** Here root may not log in at all. */
    readonly strictPort: number,
    /** Here a client has two seconds, and two may wait at once. */
    readonly narrowPort: number,
    private readonly folder: string,
    private readonly servers: Running[],
  ) {}

  static async start(): Promise<AttackedHost> {
    const logs = await LogHost.start({ syslog: true });
    const folder = join(logs.folder, "attack");
    mkdirSync(folder);
    const keys = ["host", "right", ...Array.from({ length: WRONG_KEYS }, (_, i) => `wrong${i}`)];
    for (const key of keys) {
      await output(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", join(folder, key)]);
    }
    writeFileSync(join(folder, "askpass"), ASKPASS, { mode: 0o755 });
    const [port, strictPort, narrowPort] = [await freePort(), await freePort(), await freePort()];
    const host = new AttackedHost(logs, port, strictPort, narrowPort, folder, []);
    await host.serve("sshd_config", [
      `ListenAddress 127.0.0.1:${port}`,
      `ListenAddress 127.0.0.1:${strictPort}`,
      "PermitRootLogin prohibit-password",
      `DenyUsers ${USERS.mallory}`,
      `Match LocalPort ${strictPort}`,
      "  PermitRootLogin no",
      `Match LocalPort ${strictPort} User ${USERS.alice}`,
      "  AuthenticationMethods publickey,password",
    ]);
    await host.serve("narrow_config", [
      `ListenAddress 127.0.0.1:${narrowPort}`,
      "MaxStartups 2:100:2",
      "LoginGraceTime 2",
    ]);
    await logs.shell(`chage --expiredate 0 ${USERS.bob}`);
    return host;
  }

  /** Runs the client to its end. */
  async attempt({ user, methods, answers = [], keys = [], ...rest }: Attempt): Promise<void> {
    const { options = {}, from = "127.0.0.1", port = this.port } = rest;
    const answerFile = join(this.folder, `answers${++this.attempts}`);
    writeFileSync(answerFile, answers.map((answer) => `${answer}\n`).join(""));
    const settings = {
      PreferredAuthentications: methods,
      NumberOfPasswordPrompts: String(answers.length),
      IdentitiesOnly: "yes",
      IdentityAgent: "none",
      PubkeyAuthentication: keys.length > 0 ? "yes" : "no",
      StrictHostKeyChecking: "no",
      UserKnownHostsFile: "/dev/null",
      LogLevel: "ERROR",
      ...options,
    };
    const words = Object.entries(settings).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
    for (const key of keys) words.push("-i", join(this.folder, key));
    await run(
      ["ssh", "-F", "none", "-p", `${port}`, "-b", from, "-l", user, ...words, "127.0.0.1", "true"],
      {
        env: {
          PATH: process.env["PATH"]!,
          HOME: this.folder,
          // OpenSSH before 8.4 asks the program only when it has a display and no terminal.
          DISPLAY: "none",
          SSH_ASKPASS: join(this.folder, "askpass"),
          SSH_ASKPASS_REQUIRE: "force",
          ANSWERS: answerFile,
        },
      },
    );
  }

  /** Waits until sshd is through with all connections, and what it said stands in the logs. */
  async settle(): Promise<void> {
    const list = ["ps", "-C", "sshd,sshd-session,sshd-auth", "-o", "state="];
    await eventually("the end of all connections", async () => {
      const { stdout } = await this.logs.run(list);
      // The first process in there does not bury the dead.
      const alive = stdout.split("\n").filter((state) => state !== "" && state !== "Z");
      return alive.length === this.servers.length ? true : undefined;
    });
    await this.logs.settle();
  }

  async stop(): Promise<void> {
    await Promise.all(this.servers.map((server) => server.end()));
    await this.logs.stop();
  }

  private async serve(name: string, settings: readonly string[]): Promise<void> {
    const file = join(this.folder, name);
    const common = [
      `HostKey ${join(this.folder, "host")}`,
      `AuthorizedKeysFile ${join(this.folder, "right.pub")}`,
      "PidFile none",
      "StrictModes no",
      "UseDNS no",
      "UsePAM yes",
      "PasswordAuthentication yes",
      // The old name of KbdInteractiveAuthentication, which all versions know.
      "ChallengeResponseAuthentication yes",
      "PrintMotd no",
      "PrintLastLog no",
    ];
    const write = (...first: string[]) =>
      writeFileSync(file, [...first, ...common, ...settings, ""].join("\n"));
    write("PerSourcePenalties no");
    // Versions before 9.8 have no penalties, and refuse a setting that they do not know.
    if ((await this.logs.run(["sshd", "-t", "-f", file])).code !== 0) write();
    this.servers.push(this.logs.spawn(["sshd", "-D", "-f", file]));
    const port = settings
      .join("\n")
      .match(/127\.0\.0\.1:\d+/g)!
      .at(-1)!
      .split(":")[1]!;
    await eventually("sshd to listen", () => {
      const text = readFileSync(this.logs.log("auth.log"), { encoding: "utf8", flag: "a+" });
      return text.includes(`Server listening on 127.0.0.1 port ${port}.`) || undefined;
    });
  }
}

/** Answers with the next line of a file; where it says "sleep", it thinks for a while. */
const ASKPASS = `#!/bin/sh
answer=$(head -n 1 "$ANSWERS")
sed -i 1d "$ANSWERS"
[ "$answer" != sleep ] || exec sleep 2.5
echo "$answer"
`;
