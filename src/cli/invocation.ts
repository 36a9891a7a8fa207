import { type ArgsDef, parseArgs } from "citty";
import type { Config, ConfigError } from "../config.ts";
import { type Flags, REPEATABLE } from "./flags.ts";
import { type Environment, readConfigLeniently } from "./read_config.ts";

/** One run of a command: its flags and environment, and the config made of them. */
export interface Invocation {
  /** The flags, each as `--name=value`. */
  words: readonly string[];
  env: Environment;
  flags: Flags;
  /** The values of all flags, including the command's own. */
  args: Readonly<Record<string, unknown>>;
  config: Config;
  /** An error for each invalid value; the config has the default instead. */
  faults: readonly ConfigError[];
}

export function invoke(words: readonly string[], defined: ArgsDef, env: Environment): Invocation {
  const args = parseArgs([...words], defined);
  const flags = { ...(args as unknown as Flags), ...repeatedFlags(args, words) };
  return { words, env, flags, args, ...readConfigLeniently(flags, env) };
}

/** citty keeps only the last value of a repeated flag; the words have all of them. */
function repeatedFlags(
  args: Readonly<Record<string, unknown>>,
  words: readonly string[],
): Pick<Flags, (typeof REPEATABLE)[number]> {
  const values = REPEATABLE.map((name) => {
    const start = `--${name}=`;
    const given = words.filter((word) => word.startsWith(start));
    return [name, given.length > 0 ? given.map((word) => word.slice(start.length)) : [args[name]]];
  });
  return Object.fromEntries(values) as Pick<Flags, (typeof REPEATABLE)[number]>;
}
