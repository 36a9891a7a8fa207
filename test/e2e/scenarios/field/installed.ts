/** The package is installed, and there are people: clients of their own networks, and users of every kind. */
import { compareSessions } from "../../compare.ts";
import { makeNetworks } from "../../clients/networks.ts";
import { type Scene, observe } from "../../scene.ts";
import { makePeople } from "./people.ts";
import { installPackage, untilReady } from "../../service.ts";

export const installed = {
  name: "installed",
  async run(scene: Scene): Promise<void> {
    await makePeople(scene);
    await makeNetworks(scene);
    await installPackage(scene, scene.packages.first);
    // What came before is nothing to the counters of an exporter that was not there.
    scene.truth.counters.clear();
    await untilReady(scene);
    scene.truth.hasUtmp = (await observe(scene)).hasUtmp;
    await compareSessions(scene);
  },
};
