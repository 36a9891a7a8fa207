/** A host whose journal the exporter may not read, and which has rsyslog's auth.log instead. */
import { remoteCommand } from "../clients/ssh_clients.ts";
import { refused } from "../clients/refused_logins.ts";
import { compareSessions } from "../compare.ts";
import { compareSources } from "../doctor.ts";
import type { Scene } from "../scene.ts";
import { restartWith } from "../twin.ts";

const NO_JOURNAL = "[Service]\nInaccessiblePaths=-/var/log/journal -/run/log/journal\n";

export const textLog = {
  name: "auth.log",
  async run(scene: Scene): Promise<void> {
    const { check, host, truth } = scene;
    await host.control.sh(`touch /e2e/before_rsyslog
      systemctl enable --now rsyslog && logger -p auth.info begins`);
    await restartWith(scene, NO_JOURNAL);
    const states = await compareSources(scene);
    check.equal(
      "journal, auth_log",
      "forbidden, ok",
      `${states["journal"]}, ${states["auth_log"]}`,
    );
    await refused(scene, "alice", 2);
    truth.count('failed_logins_total{reason="bad_credentials"}', 2);
    await refused(scene, "mallory", 1);
    truth.count('failed_logins_total{reason="invalid_user"}');
    const command = truth.add(await remoteCommand(scene, "root"));
    await compareSessions(scene);
    await truth.close(command);
    // The journal has the same events: none is counted again, and none is lost.
    await restartWith(scene, undefined);
    await compareSessions(scene);
    await host.control.sh(`systemctl disable --now rsyslog.service syslog.socket
      find /var/log -maxdepth 1 -type f -group adm -newer /e2e/before_rsyslog -delete`);
  },
};
