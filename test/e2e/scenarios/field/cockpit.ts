/** Cockpit: somebody at the host's own web console. */
import { compareSessions } from "../../compare.ts";
import { webConsole } from "../../clients/web_console.ts";
import type { Scene } from "../../scene.ts";

export const cockpit = {
  name: "cockpit",
  async run(scene: Scene): Promise<void> {
    const { host, truth } = scene;
    await host.control.sh("systemctl start cockpit.socket");
    const opened = truth.add(await webConsole(scene, host.users.alice));
    await compareSessions(scene);
    await truth.close(opened);
    // cockpit waits some seconds for a browser that comes back.
    await compareSessions(scene, 90_000);
    await host.control.sh("systemctl stop cockpit.socket");
  },
};
