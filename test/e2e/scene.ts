/** What every scenario works on. */
import type { Host } from "./machine/host.ts";
import { eventually } from "../helpers/run.ts";
import type { Checks } from "./checks.ts";
import { type Observation, parseObservation } from "./observation.ts";
import { OUTSIDE, type Opened, Truth } from "./truth.ts";
import type { TestPrometheus } from "./prometheus.ts";

export interface Scene {
  host: Host;
  truth: Truth;
  check: Checks;
  /** The package to install, and the same with a higher version. */
  packages: { first: string; higher: string };
  prometheus?: TestPrometheus | undefined;
}

export interface Scenario {
  name: string;
  /** It needs a kernel or a console of its own, which a container has not. */
  needsMachine?: true;
  run(scene: Scene): Promise<void>;
}

/** What the control connection itself is to the host. */
export function controlLogin(fromSeconds: number): Opened {
  return {
    sessions: [`root ssh-npty - ${OUTSIDE}`],
    logind: `root ${OUTSIDE}`,
    ssh: 1,
    between: [fromSeconds, Date.now() / 1000],
    close: async () => {},
  };
}

export async function observe({ host }: Scene): Promise<Observation> {
  return parseObservation(await host.control.sh("sh /e2e/observe.sh"));
}

/**
 * Observes until it is as it should be, for a login takes some time to reach every record; gives the
 * last observation when the time is up, so that the difference shows.
 */
export async function observeUntil(
  scene: Scene,
  isRight: (seen: Observation) => boolean,
  withinMs = 20_000,
): Promise<Observation> {
  let last: Observation | undefined;
  try {
    const ask = async () => {
      last = await observe(scene);
      return isRight(last) ? last : undefined;
    };
    return await eventually("an observation", ask, withinMs);
  } catch (error) {
    if (last) return last;
    throw error;
  }
}
