/** A real Prometheus scrapes the service, as text and as OpenMetrics, gzip both. */
import type { Scene } from "../scene.ts";

const LABELS = ["username", "session_type", "tty", "from_ip"];

export const prometheus = {
  name: "Prometheus",
  async run({ check, prometheus: server, truth }: Scene): Promise<void> {
    if (!server) throw new Error("no Prometheus was started");
    const lines = new Map<string, number>();
    for (const line of truth.sessions) lines.set(line, (lines.get(line) ?? 0) + 1);
    const expected = [...lines]
      .map(([line, count]) => `${line} ${count}`)
      .sort()
      .join(", ");
    for (const job of ["text", "openmetrics"]) {
      const up = await server.eventually(`up{job="${job}"}`, "1");
      check.equal(`up, ${job}`, "1", up);
      const query = `user_sessions_session_active{job="${job}"}`;
      check.equal(
        `session_active, ${job}`,
        expected,
        await server.eventually(query, expected, LABELS),
      );
      const logins = [...truth.counters]
        .filter(([series]) => series.startsWith("logins_total"))
        .reduce((sum, [, count]) => sum + count, 0);
      const sum = `sum(user_sessions_logins_total{job="${job}"})`;
      check.equal(
        `logins_total, ${job}`,
        String(logins),
        await server.eventually(sum, String(logins)),
      );
    }
    const text = /^text\/plain[^,]* gzip$/;
    check.match("answered as text", "text/plain gzip", text, server.formsOf("text"));
    const open = /^application\/openmetrics-text[^,]* gzip$/;
    const forms = server.formsOf("openmetrics");
    check.match("answered as OpenMetrics", "openmetrics-text gzip", open, forms);
  },
};
