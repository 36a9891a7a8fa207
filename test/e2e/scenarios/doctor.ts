/** What the service can read, and says it can: with its groups, without them, and with hidepid. */
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { compareSessions } from "../compare.ts";
import { missingCounters, seenCounters, trueCounters } from "../counters.ts";
import { compareSources } from "../doctor.ts";
import { sessionLines } from "../observation.ts";
import { type Scene, observe } from "../scene.ts";
import { makeTwin, restartWith } from "../twin.ts";

const SHIPPED = resolve(import.meta.dir, "../../../examples/systemd/hidepid.conf");

/** systemd gives a unit that has these a /proc of its own, to which hidepid of the host is nothing. */
const PROC_OF_THE_HOST = "[Service]\nProtectKernelTunables=no\nProtectControlGroups=no\n";

export const doctorWithGroups = {
  name: "doctor",
  async run(scene: Scene): Promise<void> {
    await makeTwin(scene);
    const states = await compareSources(scene);
    scene.check.equal("journal", "ok", states["journal"]);
  },
};

export const doctorWithoutGroups = {
  name: "no groups",
  async run(scene: Scene): Promise<void> {
    const { check, truth } = scene;
    await restartWith(scene, "[Service]\nSupplementaryGroups=\n");
    const states = await compareSources(scene);
    check.equal("journal", "forbidden", states["journal"]);
    const seen = await observe(scene);
    check.equal("session_active", truth.sessions, sessionLines(seen));
    check.equal("counters of logins", 6, missingCounters(seen).length);
    const failed = seen.metrics.value("user_sessions_failed_logins_1h");
    check.equal("failed_logins_1h", undefined, failed);
    await restartWith(scene, undefined);
    // Nothing was lost meanwhile.
    await compareSessions(scene);
  },
};

export const hidepid = {
  name: "hidepid=2",
  async run(scene: Scene): Promise<void> {
    const { check, host, truth } = scene;
    await host.control.sh("mount -o remount,hidepid=2 /proc");
    await restartWith(scene, undefined);
    await compareSources(scene);
    await compareSessions(scene);

    await restartWith(scene, PROC_OF_THE_HOST);
    const states = await compareSources(scene);
    check.match("the host's own /proc", "not ok", /missing|forbidden/, states["proc"] ?? "");
    const seen = await observe(scene);
    const users = new Set(sessionLines(seen).map((line) => line.split(" ")[0]!));
    check.equal("users with sessions", truth.users, [...users].sort());
    const count = seen.metrics.value("user_sessions_ssh_connections");
    check.equal("ssh_connections", truth.sshConnections, count);
    const labels = { username: "root" };
    const processes = seen.metrics.value("user_sessions_process_count", labels);
    check.equal("process_count of root", undefined, processes);
    check.equal("counters", trueCounters(truth), seenCounters(seen));

    check.equal("a drop-in is shipped", true, existsSync(SHIPPED));
    await restartWith(scene, PROC_OF_THE_HOST + readFileSync(SHIPPED, "utf8"));
    const granted = await compareSources(scene);
    check.equal("proc with that drop-in", "ok", granted["proc"]);
    await compareSessions(scene);

    await host.control.sh("mount -o remount,hidepid=0 /proc");
    await restartWith(scene, undefined);
  },
};
