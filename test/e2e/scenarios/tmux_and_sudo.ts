/** tmux and sudo inside a session are no sessions of their own, and detached tmux is none at all. */
import { eventually } from "../../helpers/run.ts";
import { terminal } from "../clients/ssh_clients.ts";
import { compareSessions } from "../compare.ts";
import type { Scene } from "../scene.ts";

export const tmuxAndSudo = {
  name: "tmux and sudo",
  async run(scene: Scene): Promise<void> {
    const { host, truth } = scene;
    /** Waits until a process with this command line is there, or is not. */
    const process = (args: string, isThere: boolean) =>
      eventually(
        `${args} to ${isThere ? "run" : "end"}`,
        async () => {
          const found = await host.control.sh(`pgrep -x -f '${args}' || true`);
          return (found !== "") === isThere || undefined;
        },
        30_000,
      );
    const session = truth.add(await terminal(scene, "alice"));
    await session.type("sudo sleep 901");
    truth.escalation("alice", "sudo", "success");
    await process("sleep 901", true);
    await compareSessions(scene);
    // What is typed on while sudo reads would be lost with it.
    await host.control.sh("pkill -x -f 'sleep 901'");
    await process("sudo sleep 901", false);
    await session.type("TERM=xterm tmux new-session -s e2e sudo sleep 902");
    truth.escalation("alice", "sudo", "success");
    await process("sleep 902", true);
    await compareSessions(scene);
    await truth.close(session);
    await process("sleep 902", true); // It is still there.
    await compareSessions(scene);
    await host.control.sh("runuser -u alice -- tmux kill-server");
  },
};
