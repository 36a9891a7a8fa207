import { gauge, single } from "../../src/metrics/metric.ts";
import type { Site } from "../../src/web/router.ts";

/** What a server serves in tests: one series, and nobody's sessions. */
export const SITE: Site = {
  sessions: async () => [],
  telemetryPath: "/metrics",
  collectors: { known: new Set(), enabled: new Set(["auth"]) },
  collect: async () => [single(gauge("up", "Up."), 1)],
  isReady: () => true,
  about: () => ({ version: "1", hostName: undefined, sources: [] }),
};
