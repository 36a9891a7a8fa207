/** What the service logs has its level as priority in the journal: `journalctl -p warning` shows warnings and errors. */
import type { Scene } from "../scene.ts";
import { SERVICE, restartService, untilReady } from "../service.ts";

const DEFAULTS = `/etc/default/${SERVICE}`;

export const journalPriorities = {
  name: "journal priorities",
  async run(scene: Scene): Promise<void> {
    const { check, host } = scene;
    const { control } = host;
    const settings = await control.sh(`cat ${DEFAULTS}`);
    // A setting that a reload can't take over is a warning, one that is wrong is an error.
    await control.sh(`${restartService()}`);
    await untilReady(scene);
    await control.sh(`echo PORT=10042 >> ${DEFAULTS}; systemctl reload ${SERVICE}; sleep 1
      echo LOG_LEVEL=loud >> ${DEFAULTS}; systemctl reload ${SERVICE}; sleep 1`);
    const all = entries(await control.sh(`journalctl -u ${SERVICE} -o json`));
    check.equal(
      "level and priority",
      ["ERROR 3", "INFO 6", "WARN 4"],
      [...new Set(all.map(({ level, priority }) => `${level} ${priority}`))].sort(),
    );
    const graver = entries(await control.sh(`journalctl -u ${SERVICE} -p warning -o json`));
    const isGrave = ({ level }: Entry) => level === "WARN" || level === "ERROR";
    check.equal("journalctl -p warning", all.filter(isGrave), graver);
    await control.sh(`cat > ${DEFAULTS} <<'END'\n${settings}END\n${restartService()}`);
    await untilReady(scene);
  },
};

interface Entry {
  level: string;
  priority: string;
  message: string;
}

/** What the exporter logged, without what systemd says of the unit. The journal has taken off the `<3>` before it. */
function entries(json: string): Entry[] {
  return json
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as { MESSAGE: string; PRIORITY: string })
    .flatMap(({ MESSAGE: message, PRIORITY: priority }) => {
      const level = /^time=\S+ level=(\w+) /.exec(message)?.[1];
      return level === undefined ? [] : [{ level, priority, message }];
    });
}
