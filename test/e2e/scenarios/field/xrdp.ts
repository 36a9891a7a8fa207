/** xrdp with both of its X servers, and a client that goes and comes back from elsewhere. */
import { rdpClient, stranger } from "../../clients/network_clients.ts";
import { type Client, type Network, clientAddress } from "../../clients/networks.ts";
import { compareSessions } from "../../compare.ts";
import { eventually } from "../../../helpers/run.ts";
import type { Scenario, Scene } from "../../scene.ts";

const RDP_PORT = 3389;
/** On an emulated CPU the client and both servers take their time. */
const STARTS_WITHIN_MS = 180_000;

/** The sections of xrdp.ini, with the X server that each starts. */
const BACKENDS = { Xorg: "Xorg", Xvnc: "Xvnc|Xtigervnc" } as const;

export const XRDP: readonly Scenario[] = Object.entries(BACKENDS).map(([backend, server]) => ({
  name: `xrdp with ${backend}`,
  run: (scene) => rdpSession(scene, backend, server),
}));

async function rdpSession(scene: Scene, backend: string, server: string): Promise<void> {
  const { host, truth } = scene;
  const { control } = host;
  // A terminal in the desktop is no session.
  await control.sh(`set -e
    printf '#!/bin/sh\\nexec xterm\\n' > /home/alice/.xsession
    chown alice: /home/alice/.xsession; chmod 755 /home/alice/.xsession
    sed -i 's/^autorun=.*/autorun=${backend}/' /etc/xrdp/xrdp.ini
    systemctl restart xrdp-sesman xrdp`);
  const fromSeconds = Date.now() / 1000;
  let client = await rdpClient(scene, 1, host.users.alice);
  const display = await eventually(
    `the X server of xrdp, ${server}`,
    async () => {
      const args = await control.sh("ps -u alice -o args= || true");
      const [, number] = new RegExp(`^\\S*(?:${server}) :(\\d+) `, "m").exec(args) ?? [];
      return /xterm/.test(args) ? number : undefined;
    },
    STARTS_WITHIN_MS,
  );
  const desktop = {
    logind: `alice ${clientAddress(1)}`,
    between: [fromSeconds, Date.now() / 1000] as const,
    close: async () => {},
  };
  const attached = (network: Network) => ({
    ...desktop,
    sessions: [`alice rdp :${display} ${clientAddress(network)}`],
  });
  const become = async (opened: typeof desktop & { sessions: string[] }) => {
    truth.opened = truth.opened.filter(({ logind }) => logind !== desktop.logind);
    truth.add(opened);
    await compareSessions(scene, STARTS_WITHIN_MS);
  };
  await become(attached(1));
  const silent = await stranger(scene, 2, RDP_PORT);
  await become(attached(1));
  await silent.stop();
  await client.stop();
  await become({ ...desktop, sessions: [] });
  client = await rdpClient(scene, 2, host.users.alice);
  await become(attached(2));
  await logOut(scene, client);
  truth.opened = truth.opened.filter(({ logind }) => logind !== desktop.logind);
  await compareSessions(scene);
}

/** The window manager ends, which here is a terminal, and with it all that xrdp started. */
async function logOut({ host }: Scene, client: Client): Promise<void> {
  await host.control.sh("pkill -u alice -x xterm");
  await client.stop();
}
