/** The file that bind(2) creates for a Unix socket's path: its owner is the user who created it. man 7 unix. */
import { lstatSync } from "node:fs";
import { dirname } from "node:path";

/** The owner's uid; `missing` when the folder is readable and has no socket of that name. */
export type SocketOwner = number | "missing" | "unknown";

/**
 * The owner of a socket's file. A missing folder means `unknown`: a service may have a private `/tmp`.
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
