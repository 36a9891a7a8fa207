/** Those who do not get in. */
import { connectSilently, hangUp, refused, refusedKey } from "../clients/refused_logins.ts";
import { compareSessions } from "../compare.ts";
import type { Scene } from "../scene.ts";

export const failures = {
  name: "failed logins",
  async run(scene: Scene): Promise<void> {
    const { check, host, truth } = scene;
    await refused(scene, "alice", 3);
    truth.count('failed_logins_total{reason="bad_credentials"}', 3);
    await refused(scene, "mallory", 2);
    truth.count('failed_logins_total{reason="invalid_user"}', 2);
    await refused(scene, "root", 1);
    truth.count('failed_logins_total{reason="bad_credentials"}');
    await refusedKey(scene, "alice");
    truth.count('failed_logins_total{reason="no_credentials"}');
    const { socket, greeted } = await connectSilently(host.port(22));
    check.equal("a connection that says nothing is greeted", true, greeted);
    await hangUp(socket);
    truth.count("ssh_unauthenticated_disconnects_total");
    const seen = await compareSessions(scene);
    check.equal("failed_logins_1h", 7, seen.metrics.value("user_sessions_failed_logins_1h"));
    const sources = seen.metrics.value("user_sessions_failed_login_sources_1h");
    check.equal("failed_login_sources_1h", 1, sources);
    const limited = seen.metrics.value("user_sessions_failed_login_sources_1h_limited");
    check.equal("failed_login_sources_1h_limited", 0, limited);
    const named = seen.metrics.samples.filter(({ labels }) => labels["username"] === "mallory");
    check.equal(
      "series that name the unknown user",
      [],
      named.map(({ name }) => name),
    );
  },
};
