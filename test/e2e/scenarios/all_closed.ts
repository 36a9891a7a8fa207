/** Everybody leaves: nothing is left but the control connection and the records of who was here. */
import { compareSessions } from "../compare.ts";
import { compareLastLogins } from "../last_logins.ts";
import type { Scene } from "../scene.ts";

export const allClosed = {
  name: "all closed",
  async run(scene: Scene): Promise<void> {
    const { host, truth } = scene;
    const [control, ...others] = truth.opened;
    truth.opened = [control!];
    for (const opened of others.toReversed()) await opened.close();
    await host.control.attempt("systemctl stop e2e_vnc");
    const seen = await compareSessions(scene);
    await compareLastLogins(scene, seen);
  },
};
