/** Removal stops it, purging leaves nothing behind. */
import type { Scene } from "../scene.ts";
import { PACKAGE, SERVICE } from "../service.ts";
import { EXPORTER_PORT } from "../machine/host.ts";
import { LIST_FILES } from "../files.ts";

export const remove = {
  name: "remove",
  async run({ check, host: { control } }: Scene): Promise<void> {
    const settings = await control.sh(`cat /etc/default/${SERVICE}`);
    await control.sh(`apt-get remove -y ${PACKAGE}`, 120_000);
    const state = await control.attempt(`systemctl is-active ${SERVICE}`);
    check.equal("is-active", "inactive", state.split("\n")[0]);
    const listening = await control.sh(`ss -Hltn sport = :${EXPORTER_PORT}`);
    check.equal(`listens on ${EXPORTER_PORT}`, "", listening);
    check.equal("settings are kept", settings, await control.sh(`cat /etc/default/${SERVICE}`));
    const failed = await control.sh("systemctl list-units --failed --no-legend --plain");
    check.equal("failed units", "", failed);
  },
};

export const purge = {
  name: "purge",
  async run({ check, host: { control } }: Scene): Promise<void> {
    await control.sh(`apt-get purge -y ${PACKAGE}`, 120_000);
    const left = await control.sh(`${LIST_FILES} | comm -13 /e2e/files_before -`);
    check.equal("files left", [], left.split("\n").filter(Boolean));
    const lost = await control.sh(`${LIST_FILES} | comm -23 /e2e/files_before -`);
    check.equal("files gone that were there before", [], lost.split("\n").filter(Boolean));
    const known = await control.attempt(`systemctl show -p LoadState --value ${SERVICE}`);
    check.equal("unit", "not-found", known);
    const user = await control.attempt(`getent passwd ${SERVICE} ${PACKAGE}`);
    check.equal("user", "exit code 2", user);
  },
};
