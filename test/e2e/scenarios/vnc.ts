/** A VNC desktop: without a viewer it is no session. */
import { VNC_PORT } from "../machine/host.ts";
import { viewDesktop } from "../clients/vnc_viewer.ts";
import { compareSessions } from "../compare.ts";
import { eventually } from "../../helpers/run.ts";
import type { Scene } from "../scene.ts";
import { OUTSIDE } from "../truth.ts";

export const vnc = {
  name: "VNC",
  async run(scene: Scene): Promise<void> {
    const { check, host, truth } = scene;
    await host.control.sh(`systemd-run --quiet --unit=e2e_vnc --uid=alice Xtigervnc :1 \\
      -rfbport ${VNC_PORT} -SecurityTypes None -geometry 320x240 -desktop "Alice's desktop"`);
    await eventually(
      "the VNC server",
      async () => (await host.control.sh("ss -Hltn")).includes(`:${VNC_PORT} `) || undefined,
      60_000,
    );
    await compareSessions(scene);
    const viewer = await viewDesktop(host.port(VNC_PORT));
    check.equal("the desktop's name", "Alice's desktop", viewer.name);
    truth.add({
      sessions: [`alice vnc vnc:1 ${OUTSIDE}`],
      vnc: 1,
      close: viewer.close,
    });
    await compareSessions(scene);
  },
};
