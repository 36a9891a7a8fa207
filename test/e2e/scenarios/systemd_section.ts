/** The README's lines about the settings of the service, word by word. */
import { compareSessions } from "../compare.ts";
import { sessionLines } from "../observation.ts";
import { readmeCommands } from "../readme.ts";
import { type Scene, observe } from "../scene.ts";
import { SERVICE, mainPid, restartService, untilReady } from "../service.ts";

const DEFAULTS = `/etc/default/${SERVICE}`;

export const systemdSection = {
  name: "systemd section",
  async run(scene: Scene): Promise<void> {
    const { check, host, truth } = scene;
    const { control } = host;
    const settings = await control.sh(`cat ${DEFAULTS}`);
    const [exclude, reload, args, restart, ...looks] = readmeCommands("systemd");
    check.equal("commands in the README", 6, 4 + looks.length);

    const pid = await mainPid(scene);
    await control.sh(`${exclude}\n${reload}\nsleep 1`);
    const seen = await observe(scene);
    const others = truth.sessions.filter((line) => !line.startsWith("bob "));
    check.equal("session_active without bob", others, sessionLines(seen));
    const named = seen.metrics.samples.filter(({ labels }) => labels["username"] === "bob");
    check.equal("series that name bob", 0, named.length);
    check.equal("main pid after reload", pid, await mainPid(scene));

    await control.sh(`${args}\n${restart}`);
    await untilReady(scene);
    check.equal("main pid after restart", false, pid === (await mainPid(scene)));
    const [log = "", security = ""] = await Promise.all(looks.map((line) => control.sh(line!)));
    check.match("the log, as JSON", "listening on", /^\{.*"msg":"listening on"/m, log);
    const exposure = Number(/exposure level for \S+: ([\d.]+)/.exec(security)?.[1]);
    check.equal("systemd-analyze security is 1.5 or better", true, exposure <= 1.5);

    await control.sh(`cat > ${DEFAULTS} <<'END'\n${settings}END\n${restartService()}`);
    await untilReady(scene);
    await compareSessions(scene);
  },
};
