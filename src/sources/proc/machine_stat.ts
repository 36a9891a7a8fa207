/** `/proc/stat`: facts of the whole machine. man 5 proc_stat. */
import type { Root } from "../root.ts";

export interface MachineStat {
  /** When the machine booted, in seconds since the epoch; the kernel cuts it to a whole second. */
  bootTimeSeconds: number;
  /** How many CPUs are online. */
  onlineCpus: number;
}

/** @throws the system's error when it can't be read, or an Error when it holds no `btime` or `cpu` line */
export async function readMachineStat(root: Root): Promise<MachineStat> {
  const path = root.proc("stat");
  const stat = parseMachineStat(await Bun.file(path).text());
  if (!stat) throw new Error(`${path} holds no btime and no cpu lines: is this a Linux /proc?`);
  return stat;
}

export function parseMachineStat(text: string): MachineStat | undefined {
  const bootTime = /^btime (\d{1,15})$/m.exec(text)?.[1];
  const onlineCpus = text.match(/^cpu\d+ /gm)?.length;
  if (bootTime === undefined || onlineCpus === undefined) return undefined;
  return { bootTimeSeconds: Number(bootTime), onlineCpus };
}
