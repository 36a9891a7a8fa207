/** What the service costs under its own unit, beside many processes that sleep: it reads those that have run. */
import { EXPORTER_PORT } from "../machine/host.ts";
import { parseMetrics } from "../../helpers/metrics_text.ts";
import type { Scene } from "../scene.ts";
import { mainPid, SERVICE, untilReady } from "../service.ts";

const SLEEPERS = 500;
const SCRAPES = 10;

export const cost = {
  name: "cost",
  async run(scene: Scene): Promise<void> {
    const { check, host } = scene;
    const { control } = host;
    await control.sh(`systemd-run --quiet --unit=e2e_sleepers --uid=bob \\
        sh -c 'for i in $(seq ${SLEEPERS}); do sleep 900 & done; wait'
      systemctl restart ${SERVICE}`);
    await untilReady(scene);
    const pid = await mainPid(scene);
    const printed = await control.sh(
      `scrape() { sleep 1; curl -sS -m 30 http://127.0.0.1:${EXPORTER_PORT}/metrics; }
      show() { awk '/^syscr/ { print $2 }' /proc/${pid}/io; awk '{ print $14 + $15 }' /proc/${pid}/stat; }
      for i in 1 2 3; do scrape; done > /dev/null
      ls /proc | grep -c '^[0-9]'; getconf CLK_TCK
      show; for i in $(seq ${SCRAPES}); do scrape > /e2e/scrape; done; show
      awk '/^(VmRSS|RssAnon)/ { print $2 }' /proc/${pid}/status; cat /e2e/scrape`,
      180_000,
    );
    await control.sh("systemctl stop e2e_sleepers");
    const lines = printed.split("\n");
    const [
      processes = NaN,
      tick = NaN,
      reads0 = NaN,
      ticks0 = NaN,
      reads = NaN,
      ticks = NaN,
      ...kib
    ] = lines.slice(0, 8).map(Number);
    const metrics = parseMetrics(lines.slice(8).join("\n"));
    const read = metrics.value("user_sessions_processes_read");
    check.below(`processes read, of ${processes}`, SLEEPERS / 4, read);
    check.below("reads per scrape", SLEEPERS, (reads - reads0) / SCRAPES);
    check.below("CPU ms per scrape", 1000, ((ticks - ticks0) / tick / SCRAPES) * 1000);
    const [resident = NaN, anonymous = NaN] = kib.map((size) => size / 1024);
    check.below("resident MiB", 64, resident);
    check.below("anonymous MiB", 20, anonymous);
  },
};
