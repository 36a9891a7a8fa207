/**
 * A host without logind: what PAM logs for sshd tells of the sessions that ended. Everybody who comes and goes is
 * written down here, with how long that took by the clock of the test.
 */
import { command } from "../machine/commands.ts";
import type { Observation } from "../observation.ts";
import { type Scene, observe, observeUntil } from "../scene.ts";
import { SERVICE, untilReady } from "../service.ts";

const NAME = "user_sessions_session_duration_seconds";

/** How long each stays, in seconds; none is near a bound of the histogram. */
const STAYS = [0, 0, 2, 2, 20, 20, 30];
const BOUNDS = [10, 60];

export const withoutLogind = {
  name: "without logind",
  async run(scene: Scene): Promise<void> {
    const { check, host } = scene;
    await host.control.sh(`systemctl mask --now systemd-logind systemd-logind-varlink.socket
      systemctl stop ${SERVICE}
      find /var/lib/${SERVICE}/ -type f -delete
      journalctl --rotate --vacuum-time=1s`);
    await host.reboot();
    await untilReady(scene);
    const entries = "journalctl -q -o cat SYSLOG_IDENTIFIER=systemd-logind";
    check.equal("journalctl: entries of logind", "", await host.control.sh(entries));

    const before = await observe(scene);
    const grown = ({ metrics }: Observation, name: string, labels = {}) =>
      (metrics.value(name, labels) ?? NaN) - (before.metrics.value(name, labels) ?? 0);
    const took = await Promise.all(STAYS.map((seconds) => stay(scene, seconds)));
    const seen = await observeUntil(scene, (now) => grown(now, `${NAME}_count`) === STAYS.length);
    check.equal("session_duration_seconds_count", STAYS.length, grown(seen, `${NAME}_count`));
    const total = grown(seen, "user_sessions_sessions_ended_total");
    check.equal("sessions_ended_total", STAYS.length, total);
    const [least, most] = [sum(STAYS), sum(took)];
    const seconds = grown(seen, `${NAME}_sum`);
    check.near("session_duration_seconds_sum", (least + most) / 2, seconds, (most - least) / 2);
    for (const bound of BOUNDS) {
      const below = STAYS.filter((stayed) => stayed < bound).length;
      const counted = grown(seen, `${NAME}_bucket`, { le: `${bound}` });
      check.equal(`session_duration_seconds up to ${bound} s`, below, counted);
    }
    await host.control.sh("systemctl unmask systemd-logind systemd-logind-varlink.socket");
  },
};

/** @returns how many seconds it took from before the client began until it was gone */
async function stay({ host }: Scene, seconds: number): Promise<number> {
  const fromMs = Date.now();
  await command(host.ssh.client("ssh", ["alice@host", `sleep ${seconds}`]), { timeoutMs: 180_000 });
  return (Date.now() - fromMs) / 1000;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
