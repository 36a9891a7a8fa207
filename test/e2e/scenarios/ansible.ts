/**
 * The Ansible playbook, in both of its ways: a second run changes nothing, bad settings are refused. It runs
 * when it is asked for (SUITES=trixie-field ONLY=ansible), with the ansible of this machine.
 */
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { command } from "../machine/commands.ts";
import type { Scene } from "../scene.ts";
import { PACKAGE, SERVICE, untilReady } from "../service.ts";

const PROJECT = resolve(import.meta.dir, "../../..");
const SETTINGS = `/etc/default/${SERVICE}`;
const UNCHANGED = /changed=0 .*failed=0/;

export const ansible = {
  name: "ansible",
  async run(scene: Scene): Promise<void> {
    const { check, host } = scene;
    const { control } = host;
    const files = await releaseFolder(scene);
    for (const method of ["binary", "package"]) {
      const play = (more: object = {}) =>
        playbook(scene, { ...files, user_sessions_exporter_install_method: method, ...more });
      const first = await play();
      check.match(`${method}, the first run`, "changes", /changed=[1-9].*failed=0/, first);
      await untilReady(scene);
      check.match(`${method}, the second run`, "changes nothing", UNCHANGED, await play());
      const before = await control.sh(`cat ${SETTINGS}`);
      const bad = await play({ user_sessions_exporter_log_level: "loud" });
      check.match(`${method}, a bad setting`, "is refused", /LOG_LEVEL: invalid value/, bad);
      check.equal("settings after it", before, await control.sh(`cat ${SETTINGS}`));
    }
    await control.sh(`apt-get purge -y ${PACKAGE}`, 120_000);
  },
};

/** The files as `make dist` names them, of the package that this run installs. */
async function releaseFolder({ host, packages }: Scene): Promise<Record<string, string>> {
  const folder = join(host.folder, "release");
  mkdirSync(folder, { recursive: true });
  const debian = (await command(["dpkg-deb", "-f", packages.first, "Version"])).trim();
  const version = debian.replaceAll("~", "-");
  copyFileSync(packages.first, join(folder, basename(packages.first)));
  copyFileSync(join(PROJECT, "dist", SERVICE), join(folder, `${SERVICE}-${version}.linux-amd64`));
  return {
    user_sessions_exporter_version: version,
    user_sessions_exporter_binary_local_dir: folder,
  };
}

/** @returns what the playbook printed, also when it failed */
async function playbook({ host }: Scene, variables: object): Promise<string> {
  const inventory = join(host.folder, "hosts.ini");
  const ssh = `ansible_user=root ansible_ssh_common_args='-F ${host.ssh.config}'`;
  writeFileSync(inventory, `[user_sessions]\nhost ${ssh}\n`);
  const words = ["-i", inventory, "-e", JSON.stringify(variables), "playbook.yml"];
  const child = Bun.spawn(["ansible-playbook", ...words], {
    cwd: join(PROJECT, "examples/ansible"),
    env: { ...process.env, ANSIBLE_NOCOLOR: "1", ANSIBLE_NOCOWS: "1" },
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, err] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  return out + err;
}
