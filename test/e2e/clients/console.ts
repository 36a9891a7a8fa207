/** Somebody at the host's serial console. */
import { eventually } from "../../helpers/run.ts";
import type { Opened } from "../truth.ts";
import type { Scene } from "../scene.ts";

const ANSWER_MS = 60_000;

/** Logs in at the login prompt, by password. */
export async function consoleLogin({ host }: Scene): Promise<Opened> {
  const { alice } = host.users;
  const socket = await Bun.connect({ unix: host.vm.consoleSocket, socket: { data() {} } });
  let printedBefore = host.vm.printed().length;
  /** Types, and waits for an answer among what is printed from then on. */
  const dialogue = async (line: string, answer: RegExp) => {
    printedBefore = host.vm.printed().length;
    socket.write(line);
    const ask = () => (answer.test(host.vm.printed().slice(printedBefore)) ? true : undefined);
    await eventually(`${answer} at the console`, ask, ANSWER_MS);
  };
  await dialogue("\r", / login: /);
  await dialogue(`${alice.name}\r`, /Password: /);
  const fromSeconds = Date.now() / 1000;
  await dialogue(`${alice.password}\r`, /\$ $/m);
  await dialogue("tty\r", /\/dev\/ttyS0/);
  return {
    sessions: [`${alice.name} terminal ttyS0 -`],
    logind: `${alice.name} -`,
    between: [fromSeconds, Date.now() / 1000],
    close: async () => {
      await dialogue("exit\r", / login: /);
      socket.end();
    },
  };
}
