import type { HostState } from "../collectors/runtime/host_state.ts";
import type { Log } from "../log.ts";
import { readEnvironmentFile } from "../sources/environment_file.ts";
import { explain } from "../sources/errors.ts";
import { flagsIn } from "./args_variable.ts";
import { FLAGS } from "./flags.ts";
import { type Invocation, invoke } from "./invocation.ts";
import type { Environment } from "./read_config.ts";

/** Variables that a running exporter can change without losing its counters. */
const RELOADABLE_VARIABLES = ["LOG_LEVEL", "EXCLUDE_USERS", "SSH_PORTS"] as const;
const RELOADABLE_FLAGS = ["log.level", "users.include", "users.exclude", "users.max"] as const;

/** Variables that it can't change; a reload logs a warning. */
const NEEDS_RESTART = ["PORT", "ARGS"] as const;

/**
 * Reloads the environment file, with the flags in its ARGS: for SIGHUP and `systemctl reload`. With an invalid value,
 * or without the file, all settings stay as they are.
 */
export function reload(started: Invocation, { host, log }: { host: HostState; log: Log }): void {
  const path = started.config.environmentFile;
  try {
    const file = readEnvironmentFile(path);
    const env = { ...started.env };
    for (const name of RELOADABLE_VARIABLES) env[name] = file[name];
    const words = reloadedWords(started, file);
    const { config, faults } = invoke(words, FLAGS, env);
    if (faults[0]) throw faults[0];
    host.settings = config.settings;
    log.setLevel(config.settings.logLevel);
    log.info("reloaded", { file: path });
    for (const name of namesNeedingRestart(started, file, words)) {
      log.warn("changed setting needs a restart", { setting: name });
    }
    host.configReloadSuccess = 1;
  } catch (error) {
    host.configReloadSuccess = 0;
    log.error("reload failed, keeping the previous settings", {
      file: path,
      err: explain(error),
    });
  }
}

/** The words of the command line, with those that came from the old ARGS replaced by the new ones. */
function reloadedWords({ words, env }: Invocation, file: Environment): readonly string[] {
  const before = flagsIn(env["ARGS"]);
  const at = words.findIndex((_, i) => before.every((word, j) => words[i + j] === word));
  // When the command line has no ARGS, the file can't change flags.
  if (before.length === 0 || at < 0) return words;
  return [...words.slice(0, at), ...flagsIn(file["ARGS"]), ...words.slice(at + before.length)];
}

function namesNeedingRestart(
  { words: before, env }: Invocation,
  file: Environment,
  after: readonly string[],
): string[] {
  const others = (words: readonly string[]) =>
    words.filter((word) => !RELOADABLE_FLAGS.some((name) => word.startsWith(`--${name}=`))).join();
  return NEEDS_RESTART.filter((name) =>
    name === "ARGS" && before !== after
      ? others(before) !== others(after)
      : (file[name] ?? "") !== (env[name] ?? ""),
  );
}
