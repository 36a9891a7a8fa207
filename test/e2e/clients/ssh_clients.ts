/** People who come over SSH: each opens something, and holds it open. */
import { Running } from "../../helpers/run.ts";
import { OUTSIDE, type Opened } from "../truth.ts";
import type { Scene } from "../scene.ts";

/** An emulated CPU needs some seconds for a login. */
const LOGIN_MS = 60_000;

export interface LoginOptions {
  /** More words for the client. */
  words?: readonly string[];
  destination?: "host" | "host-2222";
  password?: string;
  /** It goes over the connection of another client. */
  shares?: boolean;
}

export interface OpenTerminal extends Opened {
  tty: string;
  /** Types a line there. */
  type(line: string): Promise<void>;
  says(pattern: RegExp, withinMs?: number): Promise<string>;
}

/** A login with a PTY. */
export async function terminal(
  scene: Scene,
  user: string,
  options: LoginOptions = {},
): Promise<OpenTerminal> {
  const fromSeconds = Date.now() / 1000;
  const running = start(scene, "ssh", ["-tt", ...words(options), at(user, options)], options);
  await running.type("tty\n");
  const tty = await running.says(/\/dev\/(pts\/\d+)/, LOGIN_MS);
  return {
    ...opened(scene, user, running, fromSeconds, options),
    sessions: [`${user} terminal ${tty} ${OUTSIDE}`],
    tty,
    type: (line) => running.type(`${line}\n`),
    says: (pattern, withinMs = LOGIN_MS) => running.says(pattern, withinMs),
  };
}

/** `ssh host sleep`. */
export async function remoteCommand(
  scene: Scene,
  user: string,
  options: LoginOptions = {},
): Promise<Opened> {
  const fromSeconds = Date.now() / 1000;
  const command = "echo started; exec sleep 900";
  const running = start(scene, "ssh", [...words(options), at(user, options), command], options);
  await running.says(/started/, LOGIN_MS);
  return opened(scene, user, running, fromSeconds, options);
}

export async function sftp(scene: Scene, user: string): Promise<Opened> {
  const fromSeconds = Date.now() / 1000;
  const running = start(scene, "sftp", [at(user, {})], {});
  await running.type("pwd\n");
  await running.says(/Remote working directory/, LOGIN_MS);
  return opened(scene, user, running, fromSeconds, {});
}

/** `ssh -N`. */
export async function tunnel(scene: Scene, user: string): Promise<Opened> {
  const fromSeconds = Date.now() / 1000;
  const running = start(scene, "ssh", ["-N", "-o", "LogLevel=VERBOSE", at(user, {})], {});
  await running.says(/Authenticated to/, LOGIN_MS);
  return opened(scene, user, running, fromSeconds, {});
}

function start(
  { host }: Scene,
  program: "ssh" | "sftp",
  clientWords: readonly string[],
  { password }: LoginOptions,
): Running {
  const env = {
    ...(process.env as Record<string, string>),
    ...(password === undefined ? {} : host.ssh.passwordEnvironment(password)),
  };
  return new Running(host.ssh.client(program, clientWords), { env });
}

function words({ words: more = [] }: LoginOptions): readonly string[] {
  return more;
}

function at(user: string, { destination = "host" }: LoginOptions): string {
  return `${user}@${destination}`;
}

function opened(
  { truth }: Scene,
  user: string,
  running: Running,
  fromSeconds: number,
  { destination = "host", password, shares = false }: LoginOptions,
): Opened {
  if (!shares) truth.login(user, password === undefined ? "publickey" : "password");
  const own = destination === "host" ? { ssh: 1 } : { ssh2222: 1 };
  return {
    sessions: [`${user} ssh-npty - ${OUTSIDE}`],
    ...(shares ? {} : { ...own, logind: `${user} ${OUTSIDE}` }),
    between: [fromSeconds, Date.now() / 1000],
    close: async () => {
      await running.end();
    },
  };
}
