/** The lines of the README for a host without packages, word by word. */
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { command } from "../machine/commands.ts";
import { readmeCommands } from "../readme.ts";
import { type Scene, observe } from "../scene.ts";
import { untilReady } from "../service.ts";
import { OUTSIDE } from "../truth.ts";

const PROJECT = resolve(import.meta.dir, "../../..");

export const copyAndRun = {
  name: "copy and run",
  async run(scene: Scene): Promise<void> {
    const { check, host } = scene;
    const { control } = host;
    const lines = readmeCommands("Copy and run");
    check.equal("commands in the README", 3, lines.length);
    let printed = "";
    for (const line of lines) {
      printed += await command(["sh", "-ec", line.replace("make build && ", "")], {
        timeoutMs: 240_000,
        env: { PATH: `${clientFolder(scene)}:${process.env["PATH"]}` },
        log: join(host.logs, "readme.log"),
        cwd: PROJECT,
      });
    }
    check.match(
      "sessions, by hand",
      "root's",
      new RegExp(`^root +ssh-npty +- +${OUTSIDE}`, "m"),
      printed,
    );
    check.equal(
      "service",
      "active",
      await control.attempt("systemctl is-active user_sessions_exporter"),
    );
    await untilReady(scene);
    const seen = await observe(scene);
    check.equal("up", 1, seen.metrics.value("user_sessions_up"));
    await control.sh(`systemctl disable --now user_sessions_exporter 2>&1
      rm -rf /usr/local/bin/user_sessions_exporter /etc/systemd/system/user_sessions_exporter.service \\
        /etc/default/user_sessions_exporter /var/lib/private/user_sessions_exporter \\
        /var/lib/user_sessions_exporter /root/user_sessions_exporter*
      systemctl daemon-reload`);
  },
};

/** A folder with an ssh and an scp for which `host` is this host. */
function clientFolder({ host }: Scene): string {
  const folder = join(host.folder, "bin");
  mkdirSync(folder, { recursive: true });
  for (const program of ["ssh", "scp"]) {
    const path = join(folder, program);
    writeFileSync(path, `#!/bin/sh\nexec ${Bun.which(program)} -F '${host.ssh.config}' "$@"\n`);
    chmodSync(path, 0o755);
  }
  return folder;
}
