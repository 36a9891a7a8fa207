/** Those who do not get in. */
import { connect } from "node:net";
import { passwordOnly } from "../../../scripts/e2e/ssh.ts";
import { compareSessions } from "../compare.ts";
import type { Scene } from "../scene.ts";

export const failures = {
  name: "failed logins",
  async run(scene: Scene): Promise<void> {
    const { check, host, truth } = scene;
    await refused(scene, "alice", 3);
    truth.count('failed_logins_total{reason="bad_credentials"}', 3);
    await refused(scene, "mallory", 2);
    truth.count('failed_logins_total{reason="invalid_user"}', 2);
    await refused(scene, "root", 1);
    truth.count('failed_logins_total{reason="bad_credentials"}');
    await clientFails(scene, ["-o", "BatchMode=yes", "alice@host-unknown-key", "true"]);
    truth.count('failed_logins_total{reason="no_credentials"}');
    await saysNothing(host.port(22));
    truth.count("ssh_unauthenticated_disconnects_total");
    const seen = await compareSessions(scene);
    check.equal("failed_logins_1h", 7, seen.metrics.value("user_sessions_failed_logins_1h"));
    const sources = seen.metrics.value("user_sessions_failed_login_sources_1h");
    check.equal("failed_login_sources_1h", 1, sources);
    const limited = seen.metrics.value("user_sessions_failed_login_sources_1h_limited");
    check.equal("failed_login_sources_1h_limited", 0, limited);
    const named = seen.metrics.samples.filter(({ labels }) => labels["username"] === "mallory");
    check.equal(
      "series that name the unknown user",
      [],
      named.map(({ name }) => name),
    );
  },
};

/** One connection with wrong passwords. */
async function refused(scene: Scene, user: string, attempts: number): Promise<void> {
  const env = scene.host.ssh.passwordEnvironment("not the password");
  await clientFails(scene, [...passwordOnly(attempts), `${user}@host`, "true"], env);
}

async function clientFails(
  { host }: Scene,
  words: readonly string[],
  env: Record<string, string> = {},
): Promise<void> {
  const client = Bun.spawn(host.ssh.client("ssh", words), {
    stdin: "ignore",
    stdout: "ignore",
    stderr: "ignore",
    env: { ...process.env, ...env },
    timeout: 120_000,
  });
  const code = await client.exited;
  if (code !== 255) throw new Error(`ssh ${words.join(" ")} ended with ${code}, not refused`);
}

/** Hears the server's greeting and leaves. */
function saysNothing(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    socket.setTimeout(60_000, () => socket.destroy(new Error("sshd does not greet")));
    socket.once("data", () => socket.end());
    socket.once("error", reject);
    socket.once("close", () => resolve());
  });
}
