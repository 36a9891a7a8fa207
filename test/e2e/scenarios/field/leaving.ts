/** Everybody leaves: what the field's users cost and when they were here, by ps and by the records of logins. */
import { compareSessions } from "../../compare.ts";
import { compareLastLogins } from "../../last_logins.ts";
import type { Scene } from "../../scene.ts";
import { compareProcesses } from "../usage.ts";

export const leaving = {
  name: "everybody leaves",
  async run(scene: Scene): Promise<void> {
    const { truth } = scene;
    const [control, ...others] = truth.opened;
    await compareProcesses(
      scene,
      truth.users.filter((user) => user !== "root"),
    );
    truth.opened = [control!];
    for (const opened of others.toReversed()) await opened.close();
    const seen = await compareSessions(scene);
    await compareLastLogins(scene, seen, ["alice", "bob", "carol", "erin", "frank", "root"]);
  },
};
