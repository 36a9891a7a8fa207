import { statSync } from "node:fs";
import { type Config, ConfigError } from "../config.ts";
import { codeOf, explain } from "../sources/errors.ts";
import { type Privileges, readPrivileges } from "../sources/proc/self_privileges.ts";

/** The reasons why the program must not start here; empty when it may. */
export function startFaults({ rootfs, procfs }: Config): ConfigError[] {
  const faults = [
    folderFault("--path.rootfs", rootfs),
    procfs === undefined ? undefined : folderFault("--path.procfs", procfs),
    ownPrivilegeFault(),
  ];
  return faults.filter((fault) => fault !== undefined);
}

function folderFault(flag: string, path: string): ConfigError | undefined {
  try {
    if (statSync(path).isDirectory()) return undefined;
    return new ConfigError(`${flag}: invalid path "${path}": want a directory`);
  } catch (error) {
    const why = codeOf(error) === "ENOENT" ? "no such directory" : explain(error);
    return new ConfigError(`${flag}: can't use "${path}": ${why}`);
  }
}

function ownPrivilegeFault(): ConfigError | undefined {
  try {
    return privilegeFault(readPrivileges());
  } catch {
    // Without /proc there is nothing to read, and so no privilege to misuse.
    return undefined;
  }
}

/**
 * An error when the executable file grants privileges (set-uid, set-gid, file capabilities): the runtime inside runs code
 * named in BUN_OPTIONS, so any user could use them. Capabilities from systemd are ambient, which is safe.
 */
export function privilegeFault(privileges: Privileges): ConfigError | undefined {
  const { realUid, effectiveUid, realGid, effectiveGid, permitted, ambient } = privileges;
  if (realUid !== effectiveUid || realGid !== effectiveGid) {
    return new ConfigError(
      "set-uid or set-gid executable: anybody could run code with its rights; remove the bit with chmod ug-s",
    );
  }
  if (effectiveUid === 0 || (permitted & ~ambient) === 0n) return undefined;
  return new ConfigError(
    "capabilities on the executable: anybody could run code with them; remove them with setcap -r and give AmbientCapabilities= in the unit",
  );
}
