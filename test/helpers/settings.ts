import { ShownUsers } from "../../src/model/shown_users.ts";
import type { Settings } from "../../src/config.ts";

/** What a reload can change, as it is when nothing is said, but for what is given. */
export function settings(changes: Partial<Settings> = {}): Settings {
  return {
    logLevel: "info",
    sshPorts: new Set([22]),
    users: new ShownUsers(),
    ...changes,
  };
}
