/** Runs getent(1) as a child process, with limits on its time, its answer and its own children. */

/** Where getent is looked for when the environment has no PATH. */
const DEFAULT_PATH = "/usr/bin:/bin";

/** A directory server that does not answer must not keep a child alive for longer. */
const TIMEOUT_MS = 2000;

/** An entry of passwd or group; a group's members may make it long. */
const MAX_ANSWER_BYTES = 64 * 1024;

/** It did not answer in time, so whether the entry exists is unknown. */
export class GetentTimeoutError extends Error {}

/**
 * Asks for one entry. Modules of the name service switch are foreign code, so it does not wait for what they start,
 * print or leave running.
 *
 * @returns the first line that getent prints; undefined when there is no such entry
 * @throws GetentTimeoutError, and another Error when getent can't be started
 */
export async function runGetent(
  database: "passwd" | "group",
  key: string,
  timeoutMs = TIMEOUT_MS,
): Promise<string | undefined> {
  // A process group of its own, so that its children can be killed with it. "--" because a key may begin with a dash.
  const child = Bun.spawn(["getent", "--", database, key], {
    env: { PATH: process.env["PATH"] ?? DEFAULT_PATH },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "ignore",
    detached: true,
  });
  const end = () => endGroup(child.pid);
  process.once("exit", end);
  const reader = child.stdout.getReader();
  let timer: Timer | undefined;
  const timeout = new Promise<"timeout">((resolve) => {
    timer = setTimeout(() => resolve("timeout"), timeoutMs);
  });
  let output = Buffer.alloc(0);
  try {
    while (output.length <= MAX_ANSWER_BYTES) {
      const next = await Promise.race([reader.read(), timeout]);
      if (next === "timeout") throw new GetentTimeoutError();
      if (next.done) break;
      output = Buffer.concat([output, next.value]);
      // The entry is complete; a child of getent may keep the pipe open.
      if (output.includes(10)) break;
    }
    if ((await Promise.race([child.exited, timeout])) !== 0) return undefined;
  } finally {
    clearTimeout(timer);
    end();
    process.off("exit", end);
    void reader.cancel().catch(() => undefined);
    await child.exited;
  }
  const newline = output.indexOf(10);
  if (newline < 0 || newline > MAX_ANSWER_BYTES) return undefined;
  return output.toString("utf8", 0, newline);
}

/** Kills the child and all processes that it started. */
function endGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // The group is empty.
  }
}
