/** One way after another into the host. Each stays open, so that in the end they are all there at once. */
import { join } from "node:path";
import { passwordOnly } from "../machine/ssh.ts";
import { consoleLogin } from "../clients/console.ts";
import { remoteCommand, sftp, terminal, tunnel } from "../clients/ssh_clients.ts";
import { compareSessions } from "../compare.ts";
import type { Scenario, Scene } from "../scene.ts";
import type { Opened } from "../truth.ts";

function login(name: string, open: (scene: Scene) => Promise<Opened[]>): Scenario {
  return {
    name,
    async run(scene) {
      for (const opened of await open(scene)) scene.truth.add(opened);
      await compareSessions(scene);
    },
  };
}

export const LOGINS: readonly Scenario[] = [
  login("PTY session", async (scene) => [await terminal(scene, "alice")]),
  login("ssh host sleep", async (scene) => [await remoteCommand(scene, "alice")]),
  login("sftp", async (scene) => [await sftp(scene, "bob")]),
  login("ssh -N", async (scene) => [await tunnel(scene, "bob")]),
  login("multiplexed", async (scene) => {
    const { host } = scene;
    const socket = join(host.folder, "multiplexed");
    const { password } = host.users.bob;
    const first = await terminal(scene, "bob", {
      password,
      words: ["-M", "-S", socket, ...passwordOnly()],
    });
    const second = await terminal(scene, "bob", { words: ["-S", socket], shares: true });
    // A command over a connection that has terminals is no session of its own.
    const command = await remoteCommand(scene, "bob", { words: ["-S", socket], shares: true });
    return [first, second, { ...command, sessions: [] }];
  }),
  { ...login("console", async (scene) => [await consoleLogin(scene)]), needsMachine: true },
  login("root login", async (scene) => [await terminal(scene, "root")]),
];
