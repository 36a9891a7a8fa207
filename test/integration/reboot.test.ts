/** What was logged before a reboot, and what was logged after it, with an exporter that saw neither. */
import { afterEach, expect, setDefaultTimeout, test } from "bun:test";
import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { stormMessages } from "../helpers/attempt_lines.ts";
import { countAndKill } from "../helpers/auth_counts.ts";
import { Servers } from "../helpers/exporter.ts";
import { LogHost, describeWithLogs } from "../helpers/log_host.ts";
import { findProgram } from "../helpers/needs.ts";

setDefaultTimeout(30_000);

describeWithLogs([], "a reboot", () => {
  let host: LogHost | undefined;
  const servers = new Servers();
  afterEach(async () => {
    await servers.endAll();
    await host?.stop();
  });

  test.each([
    ["in order", false],
    ["by a loss of power", true],
  ])("%s loses nothing of the journal, and counts nothing twice", async (_, isSudden) => {
    host = await LogHost.start({ syslog: false });
    const sshd = join(host.folder, "sshd");
    copyFileSync(findProgram("logger")!, sshd);
    const state = join(host.folder, "state");
    mkdirSync(state);
    const rootfs = host.rootfs("journal");
    let attempts = 0;
    const attack = async (count: number) => {
      const messages = [...stormMessages(count, attempts)].join("\n");
      attempts += count;
      await host!.run([sshd, "-t", "sshd", "-p", "auth.info"], messages);
      await host!.settle();
    };
    await attack(5);
    expect(await countAndKill(servers, rootfs, state)).toEqual({ "1h": 5, "sources 1h": 5 });
    await attack(4);
    await host.reboot(isSudden);
    await attack(3);
    expect(await countAndKill(servers, rootfs, state)).toMatchObject({ invalid_user: 7, "1h": 12 });
    await host.reboot(isSudden);
    await attack(2);
    expect(await countAndKill(servers, rootfs, state)).toMatchObject({ invalid_user: 9, "1h": 14 });
    const boots = await host.shell("journalctl --directory=/var/log/journal -q -F _BOOT_ID");
    expect(boots.trim().split("\n")).toHaveLength(3);
  });
});
