/** The privileges of this process: `/proc/self/status`. man 5 proc_pid_status, man 7 capabilities. */
import { readProcFile } from "./proc_file.ts";

const OWN_STATUS = "/proc/self/status";

export interface Privileges {
  realUid: number;
  effectiveUid: number;
  realGid: number;
  effectiveGid: number;
  /** Capabilities as bit sets. */
  permitted: bigint;
  ambient: bigint;
}

/** @throws the system's error without a mounted /proc */
export function readPrivileges(): Privileges {
  return parsePrivileges(readProcFile(OWN_STATUS));
}

/** A missing line counts as 0: kernels before 4.3 have no ambient set. */
export function parsePrivileges(text: string): Privileges {
  const fields = new Map(
    text.split("\n").map((line) => {
      const [name = "", ...values] = line.split(/[:\s]+/);
      return [name, values] as const;
    }),
  );
  const number = (name: string, column: number) => Number(fields.get(name)?.[column] ?? 0);
  const bits = (name: string) => BigInt(`0x${fields.get(name)?.[0] || "0"}`);
  return {
    realUid: number("Uid", 0),
    effectiveUid: number("Uid", 1),
    realGid: number("Gid", 0),
    effectiveGid: number("Gid", 1),
    permitted: bits("CapPrm"),
    ambient: bits("CapAmb"),
  };
}
