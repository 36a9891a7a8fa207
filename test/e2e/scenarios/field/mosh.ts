/** mosh: a session without a connection, which outlives the one that started it. */
import { mosh } from "../../clients/network_clients.ts";
import { compareSessions } from "../../compare.ts";
import type { Scene } from "../../scene.ts";

export const moshSession = {
  name: "mosh",
  async run(scene: Scene): Promise<void> {
    const { truth } = scene;
    const opened = truth.add(await mosh(scene, 1, "alice"));
    await compareSessions(scene);
    await truth.close(opened);
    await compareSessions(scene);
  },
};
