/** The drop-in that lets only Prometheus in: with another address in it, nobody from outside gets through. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { EXPORTER_PORT } from "../machine/host.ts";
import type { Scene } from "../scene.ts";
import { restartService } from "../service.ts";
import { restartWith, setDropIn } from "../twin.ts";
import { OUTSIDE } from "../truth.ts";

const SHIPPED = resolve(import.meta.dir, "../../../examples/systemd/access.conf");

export const access = {
  name: "access.conf",
  // A container's systemd may not filter packets for its groups.
  needsMachine: true as const,
  async run(scene: Scene): Promise<void> {
    const { check, host } = scene;
    const dropIn = readFileSync(SHIPPED, "utf8");
    await setDropIn(scene, dropIn);
    await host.control.sh(`${restartService()}
      curl -s --retry 30 --retry-delay 1 --retry-all-errors -o /e2e/scraped localhost:${EXPORTER_PORT}/metrics`);
    const inside = await host.control.sh("grep -c '^user_sessions_up 1$' /e2e/scraped");
    check.equal("from the host itself", "1", inside.trim());
    check.equal("from outside", "nothing", await outside(host.port(EXPORTER_PORT)));
    await restartWith(scene, dropIn.replaceAll("192.0.2.10", OUTSIDE));
    check.equal("from the address that is let in", "200", await outside(host.port(EXPORTER_PORT)));
    await restartWith(scene, undefined);
  },
};

async function outside(port: number): Promise<string> {
  try {
    const signal = AbortSignal.timeout(5_000);
    return String((await fetch(`http://127.0.0.1:${port}/-/healthy`, { signal })).status);
  } catch {
    return "nothing";
  }
}
