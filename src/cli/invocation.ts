import { type ArgsDef, parseArgs } from "citty";
import type { Config, ConfigError } from "../config.ts";
import { type Flags, REPEATABLE } from "./flags.ts";
import { type Environment, readConfigLeniently } from "./read_config.ts";

/** One run of a command: what was asked for, and what it means. */
export interface Invocation {
  /** The flags, each as `--name=value`. */
  words: readonly string[];
  env: Environment;
  flags: Flags;
  /** The values of all flags, the command's own among them. */
  args: Readonly<Record<string, unknown>>;
  config: Config;
  /** The bad values, in whose place the config has the defaults. */
  faults: readonly ConfigError[];
}

export function invoke(words: readonly string[], defined: ArgsDef, env: Environment): Invocation {
  const args = parseArgs([...words], defined);
  const flags = { ...(args as unknown as Flags), ...repeatedFlags(args, words) };
  return { words, env, flags, args, ...readConfigLeniently(flags, env) };
}

/** citty keeps the last of a flag that is given more than once, the words have them all. */
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
