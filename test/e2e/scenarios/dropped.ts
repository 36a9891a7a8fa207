/** More connections at once than may wait for a login: sshd on port 2222 drops the third (MaxStartups). */
import { connectSilently, hangUp } from "../clients/refused_logins.ts";
import { compareSessions } from "../compare.ts";
import type { Scene } from "../scene.ts";

export const dropped = {
  name: "MaxStartups",
  async run(scene: Scene): Promise<void> {
    const { check, host, truth } = scene;
    const greeted: boolean[] = [];
    const sockets = [];
    for (let i = 0; i < 3; i++) {
      const connection = await connectSilently(host.port(2222));
      greeted.push(connection.greeted);
      sockets.push(connection.socket);
    }
    check.equal("connections that are greeted", [true, true, false], greeted);
    for (const socket of sockets) await hangUp(socket);
    truth.count("ssh_dropped_connections_total");
    truth.count("ssh_unauthenticated_disconnects_total", 2);
    await compareSessions(scene);
  },
};
