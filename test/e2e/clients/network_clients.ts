/** People who come from the networks of the host's own: each opens something, and holds it open. */
import type { Scene } from "../scene.ts";
import type { Opened } from "../truth.ts";
import { Client, type Network, SSH, clientAddress, hostAddress } from "./networks.ts";

export interface NetworkOpened extends Opened {
  client: Client;
}

/** A login over SSH with a PTY. */
export async function networkTerminal(
  scene: Scene,
  network: Network,
  user: string,
): Promise<NetworkOpened & { tty: string }> {
  const fromSeconds = Date.now() / 1000;
  const client = await Client.start(
    scene,
    network,
    `ssh_${user}_${network}`,
    `${SSH} -tt ${user}@${hostAddress(network)}`,
  );
  await client.type("tty");
  const tty = await client.says(/\/dev\/(pts\/\d+)/);
  scene.truth.login(user, "publickey");
  return {
    client,
    tty,
    sessions: [`${user} terminal ${tty} ${clientAddress(network)}`],
    logind: `${user} ${clientAddress(network)}`,
    ssh: 1,
    between: [fromSeconds, Date.now() / 1000],
    close: () => client.stop(),
  };
}

/** mosh: its SSH connection only starts the server, and is gone when the session begins. */
export async function mosh(scene: Scene, network: Network, user: string): Promise<NetworkOpened> {
  const fromSeconds = Date.now() / 1000;
  const command = `mosh --ssh="${SSH}" ${user}@${hostAddress(network)}`;
  // It wants a terminal of its own; what that shows is a screen, so the shell's answer goes to a file.
  const client = await Client.start(
    scene,
    network,
    "mosh",
    `script -qfc 'stty rows 24 cols 80; ${command}' /dev/null`,
  );
  await client.says(/\$/);
  scene.truth.login(user, "publickey");
  await client.type("tty > /tmp/e2e_mosh_tty; echo 'it 's written");
  await client.says(/it s written/);
  const tty = (await scene.host.control.sh("cat /tmp/e2e_mosh_tty")).trim().replace("/dev/", "");
  const { hasUtmp } = scene.truth;
  return {
    client,
    sessions: [`${user} terminal ${tty} ${hasUtmp ? clientAddress(network) : "-"}`],
    isTitled: false,
    between: [fromSeconds, Date.now() / 1000],
    close: async () => {
      await client.type("exit");
      await client.stop();
    },
  };
}

/** An RDP client on a screen of its own, which logs in by itself. */
export async function rdpClient(
  scene: Scene,
  network: Network,
  user: { name: string; password: string },
): Promise<Client> {
  const words = [
    `/v:${hostAddress(network)}`,
    `/u:${user.name}`,
    `/p:${user.password}`,
    "/cert:ignore",
    "/size:640x480",
  ];
  return Client.start(
    scene,
    network,
    `rdp_${network}`,
    `Xvfb :9${network} -screen 0 800x600x24 -nolisten tcp &
     while [ ! -e /tmp/.X11-unix/X9${network} ]; do sleep 0.1; done
     program=$(command -v xfreerdp3 || command -v xfreerdp)
     DISPLAY=:9${network} $program ${words.join(" ")}`,
  );
}

/** Somebody who connects to a port and says nothing. */
export function stranger(scene: Scene, network: Network, port: number): Promise<Client> {
  const connect = `exec 4<>/dev/tcp/${hostAddress(network)}/${port}`;
  return Client.start(scene, network, `stranger_${network}`, `${connect}; sleep 900`);
}
