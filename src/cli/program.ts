import { type ArgsDef, type CommandDef, defineCommand, renderUsage, runCommand } from "citty";
import { COLLECTORS } from "../collectors/registry.ts";
import { type Config, type Environment, type Flags, readConfig } from "../config.ts";
import { doctor } from "./commands/doctor.ts";
import { DOCTOR_FLAGS, ENVIRONMENT, FLAGS, REPEATABLE, SESSIONS_FLAGS } from "./flags.ts";
import { printMetrics } from "./commands/metrics.ts";
import { serveForever } from "./commands/serve.ts";
import { printSessions } from "./commands/sessions.ts";
import { readCommandLine } from "./command_line.ts";
import { BUILD, PROGRAM, versionText } from "./version.ts";

type Args = Readonly<Record<string, unknown>>;
type Run = (config: Config, flags: Flags, env: Environment, args: Args) => Promise<void>;

const SUMMARY = "Who is on this host, who is trying to get in, and what each user costs";

/** The commands, the first of which runs when none is named. */
const COMMANDS: Record<string, { description: string; args: ArgsDef; run: Run }> = {
  serve: { description: "Serve metrics over HTTP (the default)", args: {}, run: serveForever },
  sessions: {
    description: "Print the sessions as a table, as w does",
    args: SESSIONS_FLAGS,
    run: (config, _flags, _env, args) => printSessions(config, args["json"] === true),
  },
  doctor: {
    description: "Tell which sources can be read, and how to make the others readable",
    args: DOCTOR_FLAGS,
    run: (config, _flags, _env, args) => doctor(config, args["json"] === true),
  },
  metrics: { description: "Print one collection to standard output", args: {}, run: printMetrics },
};

/**
 * Runs the program with the given words and environment.
 *
 * @throws ConfigError for what the user has to put right
 */
export async function runProgram(words: readonly string[], env: Environment): Promise<void> {
  const argsOf = Object.fromEntries(
    Object.entries(COMMANDS).map(([name, { args }]) => [name, args]),
  );
  const { command, flags } = readCommandLine(words, argsOf, FLAGS);
  const main = commandTree(env);
  if (flags.includes("--version=true")) return print(versionText());
  if (flags.includes("--help=true")) return print(await helpText(main, command));
  await runCommand(main, { rawArgs: [command ?? "serve", ...flags] });
}

function commandTree(env: Environment): CommandDef {
  const subCommands = Object.fromEntries(
    Object.entries(COMMANDS).map(([name, { description, args, run }]) => [
      name,
      defineCommand({
        meta: { name, description },
        args: { ...FLAGS, ...args },
        run: (context) => {
          const flags = toFlags(context.args, context.rawArgs);
          return run(readConfig(flags, env), flags, env, context.args);
        },
      }),
    ]),
  );
  return defineCommand({
    meta: { name: PROGRAM, version: BUILD.version, description: SUMMARY },
    args: FLAGS,
    subCommands,
  });
}

/** citty keeps the last of a flag that is given more than once, the words have them all. */
function toFlags(args: Args, words: readonly string[]): Flags {
  const repeated = REPEATABLE.map((name) => {
    const start = `--${name}=`;
    const given = words.filter((word) => word.startsWith(start));
    return [name, given.length > 0 ? given.map((word) => word.slice(start.length)) : [args[name]]];
  });
  const enabled = COLLECTORS.map(({ name }) => name).filter(
    (name) => args[`collector.${name}`] !== false,
  );
  return {
    ...(args as unknown as Flags),
    ...(Object.fromEntries(repeated) as Pick<Flags, (typeof REPEATABLE)[number]>),
    collectors: new Set(enabled),
  };
}

async function helpText(main: CommandDef, command: string | undefined): Promise<string> {
  const subCommands = main.subCommands as Record<string, CommandDef>;
  const usage =
    command === undefined
      ? await renderUsage(main)
      : await renderUsage(subCommands[command]!, main);
  const text = `${usage.replace(/ +$/gm, "")}\n\nENVIRONMENT\n\n${environmentHelp()}`;
  return process.stdout.isTTY ? text : Bun.stripANSI(text);
}

function environmentHelp(): string {
  const width = Math.max(...ENVIRONMENT.map(([name]) => name.length));
  return ENVIRONMENT.map(([name, text]) => `  ${name.padStart(width)}    ${text}`).join("\n");
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
