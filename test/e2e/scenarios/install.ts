/** The README's lines for Debian: the package works at once, as an unprivileged service. */
import { join } from "node:path";
import { command } from "../machine/commands.ts";
import { compareSessions } from "../compare.ts";
import { missingCounters } from "../counters.ts";
import { EXPORTER_PORT } from "../machine/host.ts";
import { TestPrometheus } from "../prometheus.ts";
import { readmeCommands } from "../readme.ts";
import { type Scene, observe } from "../scene.ts";
import { SERVICE, installPackage, mainPid, packageVersion, untilReady } from "../service.ts";
import { LIST_FILES } from "../files.ts";

export const install = {
  name: "install",
  async run(scene: Scene): Promise<void> {
    const { check, host, packages, truth } = scene;
    const { control } = host;
    await control.sh(`${LIST_FILES} > /e2e/files_before`);
    await installPackage(scene, packages.first);
    // What came before is nothing to the counters of an exporter that was not there.
    truth.counters.clear();
    await untilReady(scene);
    const version = (await command(["dpkg-deb", "-f", packages.first, "Version"])).trim();
    check.equal("package", `ii  ${version}`, await packageVersion(scene));
    check.equal("is-active", "active", await control.attempt(`systemctl is-active ${SERVICE}`));
    check.equal("is-enabled", "enabled", await control.attempt(`systemctl is-enabled ${SERVICE}`));
    const user = await control.sh(`ps -o euser:32= -p ${await mainPid(scene)}`);
    check.match("runs as", "not root", /^(?!root$)\S+$/, user.trim());
    const capabilities = await control.sh(`grep CapEff /proc/${await mainPid(scene)}/status`);
    check.equal(
      "capabilities",
      "CapEff: 0000000000000000",
      capabilities.trim().replace(/\s+/, " "),
    );
    const [, , curl] = readmeCommands("Debian package");
    check.match("the README's curl", "metrics", /^user_sessions_up 1$/m, await control.sh(curl!));
    const seen = await observe(scene);
    const failed = seen.metrics
      .series("user_sessions_collector_success")
      .filter(({ value }) => value !== 1);
    check.equal(
      "collectors that fail",
      [],
      failed.map(({ labels }) => labels["collector"]),
    );
    check.equal("counters without a series", [], missingCounters(seen));
    const [info] = seen.metrics.series("user_sessions_exporter_build_info");
    check.equal(
      "build_info",
      version.replace(/-[^-]*$/, "").replaceAll("~", "-"),
      info?.labels["version"],
    );
    const took = seen.metrics.value("user_sessions_scrape_duration_seconds") ?? NaN;
    check.near("scrape_duration_seconds", 2.5, took, 2.5);
    const page = await fetch(`http://127.0.0.1:${host.port(EXPORTER_PORT)}/`);
    check.match("the page for people", "root's session", /root/, await page.text());
    await compareSessions(scene);
    const folder = join(host.folder, "prometheus");
    scene.prometheus = await TestPrometheus.start(folder, host.port(EXPORTER_PORT));
  },
};
