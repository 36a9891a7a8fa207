/** The list of sessions as the service answers it and as the command prints it: one document. */
import { eventually } from "../helpers/run.ts";
import { EXPORTER_PORT } from "./machine/host.ts";
import type { Scene } from "./scene.ts";
import { SERVICE } from "./service.ts";

const URL = `http://127.0.0.1:${EXPORTER_PORT}/api/v1/sessions`;

export async function compareDocuments({ check, host, truth }: Scene): Promise<void> {
  let [answered, printed] = ["", ""];
  const ask = async () => {
    const both = await host.control.sh(
      `curl -sS -m 30 ${URL}; echo ===; ${SERVICE} sessions --json`,
    );
    [answered = "", printed = ""] = both.split("===\n");
    return answered === printed || undefined;
  };
  // A session may begin to read from its terminal between the two.
  await eventually("the same document twice", ask, 20_000).catch(() => {});
  check.equal("/api/v1/sessions, and sessions --json", printed, answered);
  const { length } = JSON.parse(answered) as unknown[];
  check.equal("sessions in it", truth.sessions.length, length);
}
