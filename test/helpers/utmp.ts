/** /run/utmp for the time of a test, on hosts that have none. */
import { chmodSync, chownSync, closeSync, openSync, rmSync, statSync } from "node:fs";
import { output } from "./run.ts";

const PATH = "/run/utmp";

/**
 * Makes an empty /run/utmp, as systemd or a boot script would, so that sshd records logins in it.
 *
 * @returns a function that removes it; one that was there before stays
 */
export async function provideUtmp(): Promise<() => void> {
  let fd: number;
  try {
    fd = openSync(PATH, "wx", 0o664);
  } catch {
    return () => {};
  }
  closeSync(fd);
  const group = /^utmp:[^:]*:(\d+):/.exec(await output(["getent", "group", "utmp"]))?.[1];
  chmodSync(PATH, 0o664);
  chownSync(PATH, 0, Number(group));
  const { ino } = statSync(PATH);
  return () => {
    if (statSync(PATH, { throwIfNoEntry: false })?.ino === ino) rmSync(PATH);
  };
}
