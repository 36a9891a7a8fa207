/** The installed service, as systemd and dpkg know it. */
import { eventually } from "../helpers/run.ts";
import { EXPORTER_PORT } from "./machine/host.ts";
import { readmeCommands } from "./readme.ts";
import type { Scene } from "./scene.ts";

export const SERVICE = "user_sessions_exporter";
export const PACKAGE = "user-sessions-exporter";

/** The command; on a fast host the scenarios restart it more often than systemd allows. */
export function restartService(): string {
  return `systemctl reset-failed ${SERVICE} 2> /dev/null; systemctl restart ${SERVICE}`;
}

/** Waits until it answers: it has to take a first sample. */
export async function untilReady({ host }: Scene): Promise<void> {
  const url = `http://127.0.0.1:${host.port(EXPORTER_PORT)}/-/ready`;
  await eventually(
    "the exporter to be ready",
    async () => {
      try {
        return (await fetch(url, { signal: AbortSignal.timeout(10_000) })).ok || undefined;
      } catch {
        return undefined; // Nobody listens there yet.
      }
    },
    60_000,
  );
}

export async function mainPid({ host }: Scene): Promise<number> {
  return Number(await host.control.sh(`systemctl show -p MainPID --value ${SERVICE}`));
}

/** Copies a package to the host, and has apt install it there as the README says. */
export async function installPackage({ host }: Scene, file: string): Promise<void> {
  const [, install] = readmeCommands("Debian package");
  await host.control.sh("rm -rf /e2e/dist && mkdir /e2e/dist");
  await host.control.copy([file], "/e2e/dist/");
  await host.control.sh(`cd /e2e && ${install}`, 240_000);
}

export async function packageVersion({ host }: Scene): Promise<string> {
  const format = "${db:Status-Abbrev} ${Version}";
  return host.control.attempt(`dpkg-query -W -f '${format}' ${PACKAGE}`);
}
