/** An sshd on a second port: its sessions show at once, its connections when SSH_PORTS names the port. */
import { remoteCommand } from "../clients/ssh_clients.ts";
import { compareSessions } from "../compare.ts";
import type { Scene } from "../scene.ts";
import { SERVICE, mainPid } from "../service.ts";

export const secondPort = {
  name: "port 2222",
  async run(scene: Scene): Promise<void> {
    const { check, host, truth } = scene;
    truth.add(await remoteCommand(scene, "bob", { destination: "host-2222" }));
    await compareSessions(scene);
    const pid = await mainPid(scene);
    await host.control.sh(`sed -i 's/^#SSH_PORTS=.*/SSH_PORTS=22,2222/' /etc/default/${SERVICE}
      grep ^SSH_PORTS= /etc/default/${SERVICE}
      systemctl reload ${SERVICE}`);
    truth.countsPort2222 = true;
    await Bun.sleep(500);
    await compareSessions(scene);
    check.equal("main pid after reload", pid, await mainPid(scene));
  },
};
