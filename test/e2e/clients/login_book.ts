/** People who come over SSH, do something and go again; each is written down by who sent them. */
import { randomBytes } from "node:crypto";
import type { Metrics } from "../../helpers/metrics_text.ts";
import { command } from "../machine/commands.ts";
import type { Scene } from "../scene.ts";

export type Method = "password" | "publickey" | "keyboard-interactive";
export type Use = "sudo" | "sudo refused" | "su" | "su refused";

export interface Login {
  user: string;
  method: Method;
  /** How long they stay. */
  seconds: number;
  use: Use | undefined;
}

const SETTINGS = "/etc/ssh/sshd_config.d/e2e_forty.conf";
const SUDOERS = "/etc/sudoers.d/e2e_forty";
const NAMES = ["user_logins_total", "user_privilege_escalations_total"];

export class LoginBook {
  private readonly counts = new Map<string, number>();
  private readonly byUser = new Map<string, number>();
  private readonly password = randomBytes(12).toString("hex");

  private constructor(
    private readonly scene: Scene,
    private readonly users: readonly string[],
  ) {}

  /** Makes the users, of whom the first three may use sudo, and lets sshd take every method. */
  static async open(scene: Scene, users: readonly string[]): Promise<LoginBook> {
    const book = new LoginBook(scene, users);
    const { control } = scene.host;
    await control.sh(`set -e
for user in ${users.join(" ")}; do
  useradd --create-home --shell /bin/bash $user
  echo "$user:${book.password}" | chpasswd
  install -d -m 700 -o $user -g $user /home/$user/.ssh
  install -m 600 -o $user -g $user /e2e/authorized_keys /home/$user/.ssh/authorized_keys
done
printf '%s ALL=(ALL) NOPASSWD: ALL\\n' ${users.slice(0, 3).join(" ")} > ${SUDOERS}
printf 'KbdInteractiveAuthentication yes\\nPasswordAuthentication yes\\nMaxStartups 100\\n' > ${SETTINGS}
systemctl reload ssh`);
    return book;
  }

  /** Comes, stays, and goes; returns when gone. */
  async logIn({ user, method, seconds, use }: Login): Promise<void> {
    const { host, truth } = this.scene;
    const may = this.users.indexOf(user) < 3;
    // Who may not use sudo is refused, whatever was planned.
    const asked = use === "sudo" && !may ? "sudo refused" : use;
    const does = asked === "sudo refused" && may ? undefined : asked;
    const env = host.ssh.passwordEnvironment(this.password);
    const words = [...optionsOf(method), `${user}@host`, this.commandOf(does, seconds)];
    await command(host.ssh.client("ssh", words), { env, timeoutMs: 300_000 });
    this.count(`user_logins_total{username="${user}",method="${method}"}`);
    truth.count(`logins_total{method="${method}"}`);
    this.byUser.set(user, (this.byUser.get(user) ?? 0) + 1);
    if (does === undefined) return;
    const labels = `method="${does.split(" ")[0]}",result="${does.endsWith("refused") ? "failure" : "success"}"`;
    this.count(`user_privilege_escalations_total{username="${user}",${labels}}`);
    truth.count(`privilege_escalations_total{${labels}}`);
  }

  /** What the exporter has to say of these users, sorted. */
  series(): string[] {
    return Array.from(this.counts, ([name, count]) => `${name} ${count}`).sort();
  }

  seriesOf(metrics: Metrics): string[] {
    const series = NAMES.flatMap((name) => metrics.series(`user_sessions_${name}`));
    return series
      .filter(({ labels, value }) => value !== 0 && this.users.includes(labels["username"]!))
      .map(({ name, labels, value }) => {
        const inside = Object.entries(labels).map(([key, text]) => `${key}="${text}"`);
        return `${name.replace("user_sessions_", "")}{${inside.join(",")}} ${value}`;
      })
      .sort();
  }

  isShownBy(metrics: Metrics): boolean {
    return this.series().join() === this.seriesOf(metrics).join();
  }

  loginsByUser(): ReadonlyMap<string, number> {
    return this.byUser;
  }

  async close(): Promise<void> {
    await this.scene.host.control.sh(`rm -f ${SETTINGS} ${SUDOERS}; systemctl reload ssh`);
  }

  private commandOf(use: Use | undefined, seconds: number): string {
    const other = this.users[0];
    switch (use) {
      case undefined:
        return `sleep ${seconds}`;
      case "sudo":
        return `sudo -n sleep ${seconds}`;
      case "sudo refused":
        // PAM's line about the password comes first, so journald has seen what runs before sudo is gone.
        return `echo wrong | sudo -S true; sleep ${seconds}`;
      case "su":
        return `echo ${this.password} | su -c 'sleep ${seconds}' ${other}`;
      case "su refused":
        return `echo wrong | su -c true ${other}; sleep ${seconds}`;
    }
  }

  private count(series: string): void {
    this.counts.set(series, (this.counts.get(series) ?? 0) + 1);
  }
}

function optionsOf(method: Method): string[] {
  const others = method === "publickey" ? "BatchMode=yes" : "PubkeyAuthentication=no";
  return ["-o", `PreferredAuthentications=${method}`, "-o", others];
}
