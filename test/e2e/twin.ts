/** A twin of the service's unit, in which other programs run with exactly the service's rights. */
import type { Scene } from "./scene.ts";
import { SERVICE, restartService, untilReady } from "./service.ts";

const TWIN = "e2e_twin";

/** Writes the twin. What changes with every run is a script, so that systemd need not read it again. */
export async function makeTwin({ host }: Scene): Promise<void> {
  await host.control.sh(`set -e
    unit=$(systemctl show -p FragmentPath --value ${SERVICE})
    # The state is the service's own, and a twin that ends is no failure.
    sed -E -e '/^(StateDirectory|StateDirectoryMode|Restart.*|ExecReload|Type)=/d' \\
      -e 's|^ExecStart=.*|Type=oneshot\\nExecStart=/bin/sh /e2e/twin.sh\\nStandardOutput=file:/e2e/twin.out|' \\
      "$unit" > /run/systemd/system/${TWIN}.service
    systemctl daemon-reload`);
}

/** Runs a shell script there, and gives what it prints. */
export async function inTwin({ host }: Scene, script: string): Promise<string> {
  return host.control.sh(`cat > /e2e/twin.sh <<'END'\n${script}\nEND
    : > /e2e/twin.out
    systemctl start ${TWIN} || echo "the twin failed"
    cat /e2e/twin.out`);
}

/** Restarts the service with a drop-in, that its twin has too, or with none. */
export async function restartWith(scene: Scene, dropIn: string | undefined): Promise<void> {
  await setDropIn(scene, dropIn);
  await scene.host.control.sh(restartService());
  await untilReady(scene);
}

/** Gives the service and its twin a drop-in, or takes it away; nothing is restarted. */
export async function setDropIn({ host }: Scene, text: string | undefined): Promise<void> {
  const folders = [SERVICE, TWIN].map((unit) => `/run/systemd/system/${unit}.service.d`);
  const lines = folders.map((folder) =>
    text === undefined
      ? `rm -rf ${folder}`
      : `mkdir -p ${folder}\ncat > ${folder}/e2e.conf <<'END'\n${text}\nEND`,
  );
  await host.control.sh([...lines, "systemctl daemon-reload"].join("\n"));
}
