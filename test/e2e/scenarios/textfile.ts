/** The lines for node_exporter's textfile collector, word by word. */
import { parseMetrics } from "../../helpers/metrics_text.ts";
import { readmeCommands } from "../readme.ts";
import { refused } from "../clients/refused_logins.ts";
import type { Scene } from "../scene.ts";

const FOLDER = "/var/lib/prometheus/node-exporter";

export const textfile = {
  name: "textfile",
  async run(scene: Scene): Promise<void> {
    const { check, host, truth } = scene;
    const { control } = host;
    const [mkdir, run, ...more] = readmeCommands(
      "Without a server of its own",
      "examples/prometheus/README.md",
    );
    check.equal("more commands in the document", [], more);
    await control.sh(`mkdir -p ${FOLDER}\n${mkdir}`);
    const failures = async () => {
      await control.sh(run!);
      return parseMetrics(await control.sh(`cat ${FOLDER}/user_sessions.prom`)).value(
        "user_sessions_failed_logins_total",
        { reason: "bad_credentials" },
      );
    };
    check.equal("failed_logins_total of the first run", 0, await failures());
    await refused(scene, "alice", 1);
    truth.count('failed_logins_total{reason="bad_credentials"}');
    check.equal("failed_logins_total of the second run", 1, await failures());
    check.equal("files", "user_sessions.prom", (await control.sh(`ls ${FOLDER}`)).trim());
    await control.sh("rm -rf /var/lib/prometheus /var/lib/user_sessions_textfile");
  },
};
