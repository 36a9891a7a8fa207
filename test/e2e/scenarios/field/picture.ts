/**
 * The README's picture: a host some minutes after people of every kind have come, and strangers have tried to. It
 * runs when it is asked for (ONLY="installed,picture") and writes examples/landing-page.png.
 */
import { copyFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { mosh, networkTerminal, rdpClient } from "../../clients/network_clients.ts";
import { SSH, clientAddress } from "../../clients/networks.ts";
import { remoteCommand } from "../../clients/ssh_clients.ts";
import { viewDesktop } from "../../clients/vnc_viewer.ts";
import { webConsole } from "../../clients/web_console.ts";
import { eventually } from "../../../helpers/run.ts";
import { VNC_PORT } from "../../machine/host.ts";
import type { Scene } from "../../scene.ts";
import { SERVICE, untilReady } from "../../service.ts";
import { OUTSIDE } from "../../truth.ts";
import { PICTURE, page, takePicture } from "../page.ts";

const FILE = resolve(import.meta.dir, "../../../../examples/landing-page.png");
const HOST_NAME = "shell-1";

/** Ages of seconds are those of a test. */
const PAUSE_MS = 90_000;

/** Of the page with all that is on it. */
const HEIGHT = 1630;

/** Who tries to get in, from where, and how often the password is wrong. */
const STRANGERS: readonly (readonly [user: string, address: string, attempts: number])[] = [
  ["admin", "203.0.113.7", 3],
  ["oracle", "203.0.113.7", 3],
  ["test", "198.51.100.20", 3],
  ["root", "198.51.100.20", 2],
  ["alice", "2001:db8::5", 2],
  ["ubuntu", "203.0.113.41", 1],
];

export const picture = {
  name: "picture",
  async run(scene: Scene): Promise<void> {
    const { host, truth } = scene;
    const { alice } = host.users;
    const { password } = host.users.bob;
    await host.control.sh(`hostname ${HOST_NAME}; echo 127.0.1.1 ${HOST_NAME} >> /etc/hosts
      systemctl restart ${SERVICE}`);
    await untilReady(scene);
    truth.add(await networkTerminal(scene, 1, "alice"));
    await Bun.sleep(PAUSE_MS);
    truth.add(await mosh(scene, 1, "carol"));
    truth.add(await remoteCommand(scene, "alice"));
    await desktops(scene);
    await Bun.sleep(PAUSE_MS);
    await host.control.sh("systemctl start cockpit.socket");
    truth.add(await webConsole(scene, alice));
    await useSudo(scene, password);
    await comeAsStranger(scene);
    await Bun.sleep(PAUSE_MS);
    await page.run(scene);
    await limitSlices(scene);
    // What the checks cost is in the CPU time of the last minutes.
    await Bun.sleep(PAUSE_MS);
    await takePicture(scene, HEIGHT);
    copyFileSync(join(host.logs, PICTURE), FILE);
  },
};

/** bob's by RDP, and carol's by VNC. */
async function desktops(scene: Scene): Promise<void> {
  const { host, truth } = scene;
  const { bob } = host.users;
  await host.control.sh(`set -e
    printf '#!/bin/sh\\nexec xterm\\n' > /home/bob/.xsession
    chown bob: /home/bob/.xsession; chmod 755 /home/bob/.xsession
    sed -i 's/^autorun=.*/autorun=Xorg/' /etc/xrdp/xrdp.ini
    systemctl restart xrdp-sesman xrdp
    systemd-run --quiet --unit=e2e_vnc --uid=carol Xtigervnc :1 -rfbport ${VNC_PORT} -SecurityTypes None`);
  await rdpClient(scene, 2, bob);
  await eventually(
    "bob's desktop",
    async () => (await host.control.attempt("pgrep -u bob -x xterm || true")) || undefined,
    120_000,
  );
  truth.add({ sessions: [`bob rdp :10 ${clientAddress(2)}`], close: async () => {} });
  const viewer = await viewDesktop(host.port(VNC_PORT));
  truth.add({ sessions: [`carol vnc vnc:1 ${OUTSIDE}`], close: viewer.close });
}

/** bob has used most of his memory, alice most of her threads. */
async function limitSlices({ host }: Scene): Promise<void> {
  await host.control.sh(`set -e
    bob=user-$(id -u bob).slice alice=user-$(id -u alice).slice
    mb=$(($(cat /sys/fs/cgroup/user.slice/$bob/memory.current) / 1048576))
    systemctl set-property --runtime $bob MemoryMax=$(((mb * 4 / 3 + 15) / 16 * 16))M
    systemctl set-property --runtime $alice TasksMax=$(($(cat /sys/fs/cgroup/user.slice/$alice/pids.current) * 3 / 2))`);
}

/** alice and carol may, bob may not. */
async function useSudo({ host }: Scene, password: string): Promise<void> {
  await host.control.sh(`for i in 1 2 3; do runuser -u alice -- sudo true; done
    echo '${password}' | runuser -u carol -- sudo -kS true
    printf '%s\\n' wrong '${password}' | runuser -u bob -- sudo -kS true || true
    echo '${password}' | runuser -u carol -- su bob -c true`);
}

/** Addresses of the second network's client, which all of them have. */
async function comeAsStranger({ host }: Scene): Promise<void> {
  const addresses = [...new Set(STRANGERS.map(([, address]) => address))];
  const isIp6 = (address: string) => address.includes(":");
  const add = addresses.map((address) =>
    isIp6(address)
      ? `ip -n client2 addr add ${address}/64 dev eth0 nodad`
      : `ip -n client2 addr add ${address}/32 dev eth0; ip route add ${address} dev veth2`,
  );
  const tries = STRANGERS.map(([user, address, attempts]) => {
    const words = `-o PubkeyAuthentication=no -o NumberOfPasswordPrompts=${attempts} -b ${address}`;
    const server = isIp6(address) ? "2001:db8::1" : "10.2.0.1";
    return `ip netns exec client2 ${SSH} ${words} ${user}@${server} true || true`;
  });
  await host.control.sh(
    [
      "ip addr add 2001:db8::1/64 dev veth2 nodad",
      ...add,
      // It is asked for each password: echo says the question.
      "export SSH_ASKPASS_REQUIRE=force SSH_ASKPASS=/bin/echo",
      ...tries,
    ].join("\n"),
    300_000,
  );
}
