import { isShortage } from "../../sources/errors.ts";
import {
  type LogindSession,
  isLogindRunning,
  readLogindSession,
  readLogindSessions,
} from "../../sources/logins/logind.ts";
import { readBootId } from "../../sources/proc/boot_id.ts";
import type { Root } from "../../sources/root.ts";

/** The present state of the host, needed to interpret log records. */
export interface HostFacts {
  /** Whether a login name has uid 0. */
  isRoot(name: string): boolean;
  /** A session that logind has now; undefined for one of another boot, or that is gone. */
  findSession(bootId: string, id: string): LogindSession | undefined;
}

/** Facts for a host of which nothing is known: only `root` is root, and there are no sessions. */
export const NO_FACTS: HostFacts = {
  isRoot: (name) => name === "root",
  findSession: () => undefined,
};

export function hostFactsOf(root: Root, isRoot = NO_FACTS.isRoot): HostFacts {
  return {
    isRoot,
    findSession: (bootId, id) => {
      try {
        return bootId === readBootId(root) ? readLogindSession(root, id) : undefined;
      } catch {
        // Each record is read once, so what can't be read now stays unknown.
        return undefined;
      }
    },
  };
}

/**
 * The sessions that logind has now, and the id of their boot; undefined where logind does not run.
 *
 * @throws the system's error when it is short of a resource, such as descriptors
 */
export async function readOpenSessions(
  root: Root,
): Promise<{ bootId: string; sessions: LogindSession[] } | undefined> {
  const bootId = readBootId(root);
  if (bootId === undefined || !isLogindRunning(root)) return undefined;
  const sessions = await readLogindSessions(root).catch((error: unknown) => {
    if (isShortage(error)) throw error;
    return undefined;
  });
  return sessions && { bootId, sessions };
}
