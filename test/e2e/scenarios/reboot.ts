/** After a reboot: counters go on, sessions begin anew, last logins and the hour's failures are known. */
import { compareSessions } from "../compare.ts";
import { compareLastLogins } from "../last_logins.ts";
import { type Scene, controlLogin, observe } from "../scene.ts";
import { untilReady } from "../service.ts";

export const reboot = {
  name: "reboot",
  async run(scene: Scene): Promise<void> {
    const { check, host, prometheus, truth } = scene;
    const before = await observe(scene);
    truth.afterReboot();
    const fromSeconds = Date.now() / 1000;
    await host.reboot();
    truth.login("root", "publickey");
    truth.add(controlLogin(fromSeconds));
    // A client that asks too early is turned away.
    const ends = "^Connection (closed|reset) by [0-9a-f.:]+ port [0-9]+( .preauth.)?$";
    const refused = await host.control.sh(
      `journalctl -q -b -t sshd -t sshd-session -o cat | grep -cE '${ends}' || true`,
    );
    if (Number(refused) > 0) truth.count("ssh_unauthenticated_disconnects_total", Number(refused));
    await untilReady(scene);
    const after = await compareSessions(scene);
    const name = "user_sessions_failed_logins_1h";
    check.equal("failed_logins_1h", before.metrics.value(name), after.metrics.value(name));
    await compareLastLogins(scene, after);
    const query = "sum(resets(user_sessions_logins_total[30m]))";
    check.equal("resets that Prometheus sees", "0", await prometheus?.eventually(query, "0"));
  },
};
