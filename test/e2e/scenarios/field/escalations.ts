/** sudo and su, of those who may and those who may not. */
import { type OpenTerminal, terminal } from "../../clients/ssh_clients.ts";
import { compareSessions } from "../../compare.ts";
import type { Scene } from "../../scene.ts";

type Outcome = "success" | "failure" | "nothing";

/** A line of shell, what it counts as, and what answers the questions for a password in it. */
type Row = readonly [outcome: Outcome, command: string, passwords?: readonly string[]];

const WRONG = "not the password";

/** `-k` forgets that there was a password before, `-S` takes it from standard input. */
const rowsOf = (right: string): Readonly<Record<string, readonly Row[]>> => ({
  carol: [
    ["failure", "sudo -kS true", [WRONG, WRONG, WRONG]],
    ["failure", "sudo -kS true", [WRONG]],
    ["success", "sudo -kS true", [WRONG, right]],
    ["success", "sudo -kS -u bob sh -c 'exit 3'", [right]],
    ["failure", "sudo -kn true"],
    ["nothing", "sudo -kS -l", [right]],
    ["nothing", "sudo -kS -v", [right]],
    ["success", "sudo -kS -i true", [right]],
  ],
  bob: [
    // PAM's line about the wrong one comes first: of a sudo that is refused at once and gone before journald
    // looks at it, no field of the journal tells that it was sudo.
    ["failure", "sudo -kS true", [WRONG, right]],
    ["nothing", "sudo -kS -l", [right]],
    ["failure", "su root -c true", [WRONG]],
    ["failure", "su - alice -c true", [WRONG]],
    ["success", "su carol -c true", [right]],
    ["success", "su - carol -c 'exit 3'", [right]],
    ["failure", "su dave -c true", [right]],
    ["nothing", "su nosuch -c true", [WRONG]],
  ],
  alice: [
    ["success", "sudo true"],
    ["success", "sudo -u carol true"],
    ["success", "sudo sh -c 'sudo true; su bob -c true'"],
    ["nothing", "sudo -l"],
  ],
});

export const escalations = {
  name: "sudo and su",
  async run(scene: Scene): Promise<void> {
    const { host, truth } = scene;
    const { password } = host.users.bob;
    for (const [user, rows] of Object.entries(rowsOf(password))) {
      const session = truth.add(await terminal(scene, user));
      for (const row of rows) await tryOut(scene, session, user, row);
      await truth.close(session);
    }
    // dave can't log in any more, so it is root who starts a shell for him.
    await host.control.sh(`echo '${password}' | runuser -u dave -- sudo -kS true || true`);
    truth.escalation("dave", "sudo", "failure");
    // The same without a terminal.
    await host.control.sh(`echo '${WRONG}' | runuser -u bob -- su root -c true || true
      echo '${WRONG}' | runuser -u carol -- sudo -kS true || true`);
    truth.escalation("bob", "su", "failure");
    truth.escalation("carol", "sudo", "failure");
    await compareSessions(scene);
  },
};

let tried = 0;

export async function tryOut(
  { truth }: Scene,
  session: OpenTerminal,
  user: string,
  [outcome, command, passwords = []]: Row,
): Promise<void> {
  tried += 1;
  const answers = passwords.map((password) => `'${password}'`).join(" ");
  const input = answers === "" ? "" : `printf '%s\\n' ${answers} | `;
  // What is typed shows as well, and must not look like its answer.
  await session.type(`${input}${command} > /dev/null; echo "tried"-${tried}-`);
  await session.says(new RegExp(`tried-${tried}-`));
  if (outcome !== "nothing") {
    truth.escalation(user, command.startsWith("sudo") ? "sudo" : "su", outcome);
  }
}
