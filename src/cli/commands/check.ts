import { writeError } from "../../standard_streams.ts";
import { ConfigError } from "../../config.ts";
import { checkWebConfig } from "../../web/check_web_config.ts";
import { explain } from "../../sources/errors.ts";
import { readEnvironmentFile } from "../../sources/environment_file.ts";
import { flagsIn } from "../args_variable.ts";
import { FLAGS } from "../flags.ts";
import { type Invocation, invoke } from "../invocation.ts";

import { startFaults } from "../start_conditions.ts";
import { PROGRAM } from "../version.ts";

/**
 * Checks whether `serve` would accept these flags, this environment and this web config file, so that configuration
 * management can ask before it deploys them. With `--environment.file` it checks what the unit would start with that
 * file: its variables, and the flags in its ARGS. It listens on nothing.
 *
 * @throws never: it prints a line for each fault on standard error, and sets the exit code 2
 */
export async function check(given: Invocation): Promise<void> {
  const all: ConfigError[] = [];
  let invocation = given;
  try {
    invocation = withEnvironmentFile(given);
  } catch (error) {
    all.push(error as ConfigError);
  }
  const { faults, config } = invocation;
  all.push(...faults, ...startFaults(config));
  if (config.webConfigFile !== undefined) all.push(...(await webFaults(config.webConfigFile)));
  for (const { message } of all) writeError(`${PROGRAM}: ${message}\n`);
  if (all.length > 0) process.exitCode = 2;
}

/** @throws ConfigError when the file can't be read, or has an unknown flag in its ARGS */
function withEnvironmentFile(given: Invocation): Invocation {
  const { words, env, config } = given;
  if (!words.some((word) => word.startsWith("--environment.file="))) return given;
  let variables: Record<string, string>;
  try {
    variables = readEnvironmentFile(config.environmentFile);
  } catch (error) {
    throw new ConfigError(`--environment.file: ${config.environmentFile}: ${explain(error)}`);
  }
  return invoke([...flagsIn(variables["ARGS"]), ...words], FLAGS, { ...env, ...variables });
}

async function webFaults(path: string): Promise<ConfigError[]> {
  try {
    await checkWebConfig(path);
    return [];
  } catch (error) {
    return [error as ConfigError];
  }
}
