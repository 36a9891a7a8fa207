import { writeError } from "../../standard_streams.ts";
import type { ConfigError } from "../../config.ts";
import { checkWebConfig } from "../../web/check_web_config.ts";
import type { Invocation } from "../invocation.ts";
import { startFaults } from "../start_conditions.ts";
import { PROGRAM } from "../version.ts";

/**
 * Says whether `serve` would take these flags, this environment and this web config file, for
 * configuration management to ask before it deploys them. Nothing is listened on.
 *
 * @throws never: each fault is a line on standard error, and the exit code is 2
 */
export async function check({ faults, config }: Invocation): Promise<void> {
  const all = [...faults, ...startFaults(config)];
  if (config.webConfigFile !== undefined) all.push(...(await webFaults(config.webConfigFile)));
  for (const { message } of all) writeError(`${PROGRAM}: ${message}\n`);
  if (all.length > 0) process.exitCode = 2;
}

async function webFaults(path: string): Promise<ConfigError[]> {
  try {
    await checkWebConfig(path);
    return [];
  } catch (error) {
    return [error as ConfigError];
  }
}
