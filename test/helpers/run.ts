/** Programs that tests start, and end again. */
import { mkdtempSync, rmSync, chmodSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findProgram } from "./needs.ts";

export interface RunOptions {
  /** The whole environment; without it, what the tests themselves have. */
  env?: Record<string, string> | undefined;
  cwd?: string | undefined;
  stdin?: string | undefined;
  /** A user to run as; only root may ask for one. */
  as?: string | undefined;
  /** When it is ended; 20 s without. */
  timeoutMs?: number;
}

export interface Result {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a program to its end. */
export async function run(command: readonly string[], options: RunOptions = {}): Promise<Result> {
  const child = Bun.spawn(asUser(command, options.as), {
    ...(options.env ? { env: options.env } : {}),
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    stdin: new Blob([options.stdin ?? ""]),
    stdout: "pipe",
    stderr: "pipe",
    timeout: options.timeoutMs ?? 20_000,
  });
  const [stdout, stderr, code] = await Promise.all([
    child.stdout.text(),
    child.stderr.text(),
    child.exited,
  ]);
  return { code, stdout, stderr };
}

/** @throws an Error with what the program said when it fails */
export async function output(command: readonly string[], options?: RunOptions): Promise<string> {
  const { code, stdout, stderr } = await run(command, options);
  if (code !== 0) throw new Error(`${command.join(" ")} ended with ${code}: ${stderr}`);
  return stdout;
}

/** The command line that runs another as a user, with that user's groups and no capabilities. */
export function asUser(command: readonly string[], user: string | undefined): string[] {
  const [program = "", ...words] = command;
  const found = [findProgram(program) ?? program, ...words];
  if (user === undefined) return found;
  const drop = [`--reuid=${user}`, `--regid=${groupOf(user)}`, "--clear-groups"];
  return ["setpriv", ...drop, ...found];
}

function groupOf(user: string): string {
  return Bun.spawnSync(["id", "-g", user]).stdout.toString().trim();
}

/** A program that runs on, with what it has printed so far. */
export class Running {
  private text = "";
  private readonly child: Bun.Subprocess<"pipe", "pipe", "pipe">;

  constructor(command: readonly string[], options: RunOptions = {}) {
    this.child = Bun.spawn(asUser(command, options.as), {
      ...(options.env ? { env: options.env } : {}),
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      stdin: "pipe",
      stdout: "pipe",
      stderr: "pipe",
    });
    void this.gather(this.child.stdout);
    void this.gather(this.child.stderr);
  }

  get pid(): number {
    return this.child.pid;
  }

  /** Standard output and standard error, as they came. */
  get printed(): string {
    return this.text;
  }

  get exited(): Promise<number> {
    return this.child.exited;
  }

  async type(text: string): Promise<void> {
    this.child.stdin.write(text);
    await this.child.stdin.flush();
  }

  /** Tells it that no more is typed, and waits until it has read all and ended. */
  async hangUp(): Promise<number> {
    await this.child.stdin.end();
    return this.child.exited;
  }

  /** Waits until it has printed what the pattern says, and gives the first group, or all of it. */
  async says(pattern: RegExp, withinMs = 10_000): Promise<string> {
    return eventually(
      `${pattern} in the output`,
      () => {
        const match = pattern.exec(this.text);
        if (match) return match[1] ?? match[0];
        if (this.child.exitCode === null) return undefined;
        throw new Error(`it ended with ${this.child.exitCode}, having said: ${this.text}`);
      },
      withinMs,
    );
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }

  /** Ends it, by force when it does not go by itself. */
  async end(): Promise<number> {
    this.child.kill("SIGTERM");
    const force = setTimeout(() => this.child.kill("SIGKILL"), 3_000);
    const code = await this.child.exited;
    clearTimeout(force);
    return code;
  }

  private async gather(stream: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    for await (const chunk of stream) this.text += decoder.decode(chunk, { stream: true });
  }
}

/** Asks until the answer is not undefined. @throws an Error when the time is up */
export async function eventually<T>(
  what: string,
  ask: () => Promise<T | undefined> | T | undefined,
  withinMs = 10_000,
): Promise<T> {
  for (const deadlineMs = Date.now() + withinMs; Date.now() < deadlineMs; await Bun.sleep(50)) {
    const answer = await ask();
    if (answer !== undefined) return answer;
  }
  throw new Error(`waited ${withinMs} ms for ${what}`);
}

/** A folder that every user may enter; `remove` it in the end. */
export function scratchFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `use-${name}-`));
  chmodSync(folder, 0o755);
  return folder;
}

export function remove(folder: string | undefined): void {
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
}

/** A port that nothing uses at this moment. */
export function freePort(host = "127.0.0.1"): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, host, () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

/** A TCP connection that says nothing; the function that comes back closes it. */
export function holdConnection(
  port: number,
  from: { address?: string; port?: number } = {},
): Promise<() => Promise<void>> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      host: "127.0.0.1",
      port,
      ...(from.address === undefined ? {} : { localAddress: from.address }),
      ...(from.port === undefined ? {} : { localPort: from.port }),
    });
    socket.once("error", reject);
    socket.once("connect", () => {
      socket.on("error", () => {}).resume();
      resolve(
        () =>
          new Promise((closed) => {
            socket.once("close", () => closed());
            socket.destroy();
          }),
      );
    });
  });
}
