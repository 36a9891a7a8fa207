/** An upgrade restarts the service, keeps the counters and leaves an edited settings file as it is. */
import { command } from "../machine/commands.ts";
import { compareSessions } from "../compare.ts";
import type { Scene } from "../scene.ts";
import { SERVICE, installPackage, mainPid, packageVersion, untilReady } from "../service.ts";

export const upgrade = {
  name: "upgrade",
  async run(scene: Scene): Promise<void> {
    const { check, host, packages } = scene;
    const { control } = host;
    const pid = await mainPid(scene);
    const settings = await control.sh(`cat /etc/default/${SERVICE}`);
    await installPackage(scene, packages.higher);
    await untilReady(scene);
    const version = (await command(["dpkg-deb", "-f", packages.higher, "Version"])).trim();
    check.equal("package", `ii  ${version}`, await packageVersion(scene));
    check.equal("is-active", "active", await control.attempt(`systemctl is-active ${SERVICE}`));
    check.equal("restarted", true, (await mainPid(scene)) !== pid);
    check.equal("settings", settings, await control.sh(`cat /etc/default/${SERVICE}`));
    await compareSessions(scene);
  },
};
