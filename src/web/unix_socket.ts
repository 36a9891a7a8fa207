/** Unix sockets in the file system. man 7 unix. */
import { chmodSync, lstatSync, unlinkSync } from "node:fs";
import { ConfigError, type UnixAddress } from "../config.ts";
import { codeOf, explain } from "../sources/errors.ts";

/**
 * Removes a stale socket at the path: one on which nobody listens. Any other file is left alone.
 *
 * @throws ConfigError when the path is taken
 */
export async function clearWay({ path }: UnixAddress): Promise<void> {
  const stale = inode(path);
  if (stale === undefined) return;
  if (await isAnswered(path)) {
    throw new ConfigError(
      `can't listen on unix:${path}: socket in use: stop what uses it, or choose another with --web.listen-address`,
    );
  }
  // Another process may have started to listen there meanwhile.
  if (inode(path) === stale) unlinkSync(path);
}

/**
 * Listens with a umask that lets nobody else connect before the mode is set.
 *
 * @param open listens on the path
 */
export async function withMode<T>({ path, mode }: UnixAddress, open: () => T): Promise<Awaited<T>> {
  const mask = process.umask(0o177);
  try {
    const opening = open();
    process.umask(mask);
    const opened = await opening;
    chmodSync(path, mode);
    return opened;
  } finally {
    process.umask(mask);
  }
}

/** Identifies the file at the path; undefined when there is none. @throws ConfigError when it is no socket */
function inode(path: string): string | undefined {
  try {
    const stats = lstatSync(path);
    if (stats.isSocket()) return `${stats.dev} ${stats.ino}`;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw cannotListen(path, explain(error));
  }
  throw cannotListen(path, "not a socket");
}

/** Only a refused connection proves that nobody listens. */
async function isAnswered(path: string): Promise<boolean> {
  try {
    const socket = await Bun.connect({ unix: path, socket: { data: () => undefined } });
    socket.end();
    return true;
  } catch (error) {
    if (codeOf(error) === "ECONNREFUSED") return false;
    throw cannotListen(path, explain(error));
  }
}

function cannotListen(path: string, reason: string): ConfigError {
  return new ConfigError(
    `can't listen on unix:${path}: ${reason}: choose another path with --web.listen-address`,
  );
}
