/** People who do not get in. */
import { type Socket, connect } from "node:net";
import { passwordOnly } from "../machine/ssh.ts";
import type { Scene } from "../scene.ts";

const ANSWER_MS = 60_000;

/** One connection with passwords that are refused. */
export async function refused(
  scene: Scene,
  user: string,
  attempts: number,
  password = "not the password",
): Promise<void> {
  const env = scene.host.ssh.passwordEnvironment(password);
  await clientFails(scene, [...passwordOnly(attempts), `${user}@host`, "true"], env);
}

/** One connection with a key that opens no account. */
export async function refusedKey(scene: Scene, user: string): Promise<void> {
  await clientFails(scene, ["-o", "BatchMode=yes", `${user}@host-unknown-key`, "true"]);
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

/**
 * Connects to an sshd and says nothing.
 *
 * @returns the connection, and whether sshd greeted it: one that it drops gets another text or none
 */
export function connectSilently(port: number): Promise<{ socket: Socket; greeted: boolean }> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    const answered = (greeted: boolean) => {
      socket.setTimeout(0);
      resolve({ socket, greeted });
    };
    socket.setTimeout(ANSWER_MS, () => socket.destroy(new Error("sshd does not answer")));
    socket.once("data", (data: Buffer) => answered(data.toString("latin1").startsWith("SSH-")));
    socket.once("end", () => answered(false));
    socket.once("error", reject);
  });
}

/** Hangs up, and waits until that is done. */
export function hangUp(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.closed) return resolve();
    socket.once("close", () => resolve());
    socket.end();
  });
}
