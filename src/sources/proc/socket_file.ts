/** The file that bind(2) makes for a Unix socket's path: whose it is tells who made it. man 7 unix. */
import { lstatSync } from "node:fs";
import { dirname } from "node:path";

/** The owner's uid; `missing` where the folder can be looked into and has no socket of that name. */
export type SocketOwner = number | "missing" | "unknown";

/**
 * Whose file this is. A folder that is not there tells nothing: a service may have a `/tmp` of its own.
 *
 * @param path with the root before it
 */
export function socketOwner(path: string): SocketOwner {
  try {
    const file = lstatSync(path, { throwIfNoEntry: false });
    if (file?.isSocket()) return file.uid;
    return lstatSync(dirname(path), { throwIfNoEntry: false })?.isDirectory()
      ? "missing"
      : "unknown";
  } catch {
    return "unknown";
  }
}
