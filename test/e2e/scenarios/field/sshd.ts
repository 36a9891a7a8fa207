/** sshd in other states than a server that just listens: restarted, started by a socket, left by a client. */
import { networkTerminal } from "../../clients/network_clients.ts";
import { remoteCommand, terminal } from "../../clients/ssh_clients.ts";
import { clientAddress } from "../../clients/networks.ts";
import { compareSessions } from "../../compare.ts";
import type { Scene } from "../../scene.ts";

/** The sessions live on, whatever happens to the server that they came through. */
export const restartedSshd = {
  name: "sshd restarted",
  async run(scene: Scene): Promise<void> {
    const { host, truth } = scene;
    const before = truth.add(await terminal(scene, "alice"));
    truth.add(await networkTerminal(scene, 1, "bob"));
    await compareSessions(scene);
    await host.control.sh("systemctl restart ssh");
    await compareSessions(scene);
    await host.control.sh(`systemctl kill --kill-whom=main -s KILL ssh
      for i in $(seq 100); do ss -Hltn sport = :22 | grep -q . && exit; sleep 0.1; systemctl start ssh; done; exit 1`);
    await compareSessions(scene);
    const after = truth.add(await remoteCommand(scene, "alice"));
    await compareSessions(scene);
    await truth.close(before);
    await truth.close(after);
    await compareSessions(scene);
  },
};

/** systemd listens: one sshd for all that is started by the first connection, then one for each connection. */
export const socketActivated = {
  name: "ssh.socket",
  async run(scene: Scene): Promise<void> {
    const { host, truth } = scene;
    const before = truth.opened.length;
    await host.control.sh("systemctl stop ssh.service; systemctl start ssh.socket");
    await compareSessions(scene);
    truth.add(await terminal(scene, "bob"));
    await compareSessions(scene);
    await host.control.sh(`systemctl stop ssh.socket ssh.service
      cat > /run/systemd/system/e2e_ssh.socket <<'END'
[Socket]
ListenStream=22
Accept=yes
END
      cat > /run/systemd/system/e2e_ssh@.service <<'END'
[Service]
ExecStart=-/usr/sbin/sshd -i
StandardInput=socket
KillMode=process
RuntimeDirectory=sshd
RuntimeDirectoryPreserve=yes
END
      systemctl daemon-reload; systemctl start e2e_ssh.socket`);
    await compareSessions(scene);
    truth.add(await terminal(scene, "alice"));
    truth.add(await remoteCommand(scene, "bob"));
    await compareSessions(scene);
    await host.control.sh("systemctl stop e2e_ssh.socket; systemctl start ssh.service");
    await compareSessions(scene);
    for (const opened of truth.opened.slice(before)) await truth.close(opened);
    await compareSessions(scene);
  },
};

/**
 * A client that stands still, and one whose machine is gone without a word: for the host both connections are open,
 * and the sessions with them, until the server finds out.
 */
export const halfOpen = {
  name: "half open",
  async run(scene: Scene): Promise<void> {
    const { check, host, truth } = scene;
    const opened = truth.add(await networkTerminal(scene, 2, "alice"));
    await opened.client.signal("STOP");
    await compareSessions(scene);
    await host.control.sh("ip link set veth2 down");
    await opened.client.signal("KILL");
    const seen = await compareSessions(scene);
    const peers = seen.sockets.filter(({ peer }) => peer === clientAddress(2));
    check.equal("ss: connections of the client that is gone", 1, peers.length);
    await host.control.sh("ip link set veth2 up");
    truth.opened = truth.opened.filter((other) => other !== opened);
    // What the host sends now is answered by a machine that knows of no connection.
    // The server may have found out already.
    await host.control.sh(`[ ! -e /dev/${opened.tty} ] || echo knock > /dev/${opened.tty}`);
    await compareSessions(scene);
  },
};
