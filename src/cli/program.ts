import { isOutputTerminal, writeOutput } from "../standard_streams.ts";
import { type ArgsDef, defineCommand, renderUsage } from "citty";
import type { Environment } from "./read_config.ts";
import { readCommandLine } from "./command_line.ts";
import { DOCTOR_FLAGS, ENVIRONMENT, FLAGS, SESSIONS_FLAGS } from "./flags.ts";
import { type Invocation, invoke } from "./invocation.ts";
import { startFaults } from "./start_conditions.ts";
import { BUILD, PROGRAM, versionText } from "./version.ts";

interface Command {
  description: string;
  /** The flags of this command only. */
  own: ArgsDef;
  /**
   * The common flags and variables that its help lists. It accepts all of them, so that one set works for every
   * command.
   */
  uses: RegExp;
  run: (invocation: Invocation) => Promise<void>;
}

const SUMMARY = "Who is on this host, who is trying to get in, and what each user costs";

/** The commands; the first one is the default. Each loads its modules when it runs. */
const COMMANDS: Readonly<Record<string, Command>> = {
  serve: {
    description: "Serve metrics over HTTP (the default)",
    own: {},
    uses: /./,
    run: async (invocation) => (await import("./commands/serve.ts")).serveForever(invocation),
  },
  sessions: {
    description: "Print the sessions as a table, as w does",
    own: SESSIONS_FLAGS,
    uses: /^(log|path|accounts|users|privacy|state)\.|^(?!PORT$)[A-Z_]+$/,
    run: async ({ config, args }) =>
      (await import("./commands/sessions.ts")).printSessions(config, args),
  },
  doctor: {
    description: "Tell which sources can be read, and how to make the others readable",
    own: DOCTOR_FLAGS,
    uses: /^path\./,
    run: async ({ config, args }) =>
      (await import("./commands/doctor.ts")).doctor(config, args["json"] === true),
  },
  metrics: {
    description: "Print one collection to standard output",
    own: {},
    uses: /^(log|path|accounts|users|privacy|state|collector)\.|^(?!PORT$)[A-Z_]+$/,
    run: async ({ config }) => (await import("./commands/metrics.ts")).printMetrics(config),
  },
  check: {
    description: "Check flags, environment and web config file; print a line for each fault",
    own: {},
    uses: /./,
    run: async (invocation) => (await import("./commands/check.ts")).check(invocation),
  },
};

/** The command that prints help, as the flag --help does. */
const HELP = "help";
const HELP_SUMMARY = "Explain a command, or without one the program";

/**
 * Runs the program with the given words and environment.
 *
 * @throws ConfigError for invalid flags, variables and files
 */
export async function runProgram(words: readonly string[], env: Environment): Promise<void> {
  const own = Object.fromEntries(
    Object.entries(COMMANDS).map(([name, command]) => [name, command.own]),
  );
  const { command, argument, flags } = readCommandLine(words, { ...own, [HELP]: {} }, FLAGS, HELP);
  if (flags.includes("--version=true")) return print(versionText());
  if (command === HELP) return print(await helpText(argument));
  if (flags.includes("--help=true")) return print(await helpText(command));
  const name = command ?? "serve";
  const invocation = invoke(flags, { ...FLAGS, ...own[name] }, env);
  const fault = [...invocation.faults, ...startFaults(invocation.config)][0];
  if (fault && name !== "check") throw fault;
  await COMMANDS[name]!.run(invocation);
}

async function helpText(command: string | undefined): Promise<string> {
  const usage =
    command === undefined
      ? await renderUsage(mainDefinition())
      : await renderUsage(definitionOf(command), mainDefinition());
  const text = isOutputTerminal() ? usage : Bun.stripANSI(usage);
  const parts = [text.replace(/ +$/gm, "").trimEnd(), ...environmentHelp(command)];
  return parts.join("\n\n");
}

function mainDefinition() {
  return defineCommand({
    meta: { name: PROGRAM, version: BUILD.version, description: SUMMARY },
    args: FLAGS,
    subCommands: {
      ...Object.fromEntries(Object.keys(COMMANDS).map((name) => [name, definitionOf(name)])),
      [HELP]: defineCommand({ meta: { name: HELP, description: HELP_SUMMARY } }),
    },
  });
}

function definitionOf(name: string) {
  const { description, own, uses } = COMMANDS[name]!;
  const common = Object.entries(FLAGS).filter(
    ([flag]) => uses.test(flag) || flag === "help" || flag === "version",
  );
  return defineCommand({
    meta: { name, description },
    args: { ...own, ...Object.fromEntries(common) },
  });
}

function environmentHelp(command = "serve"): string[] {
  const used = ENVIRONMENT.filter(([name]) => COMMANDS[command]!.uses.test(name));
  if (used.length === 0) return [];
  const width = Math.max(...used.map(([name]) => name.length));
  const lines = used.map(([name, text]) => `  ${name.padStart(width)}    ${text}`);
  return ["ENVIRONMENT", lines.join("\n")];
}

function print(text: string): void {
  writeOutput(`${text}\n`);
}
