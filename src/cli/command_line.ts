import type { ArgsDef } from "citty";
import { ConfigError } from "../config.ts";

/** A normalized command line: the command, and each flag as `--name=value`. */
export interface CommandLine {
  /** Undefined when no command was given. */
  command: string | undefined;
  /** The command to explain, for `help COMMAND`. */
  argument: string | undefined;
  flags: string[];
}

type Known = ReadonlyMap<string, ArgsDef[string]>;

const TRUE_OR_FALSE = /^(true|false)$/;

/**
 * Parses a command line as Go's flag packages do: one dash or two, the value after `=` or as the next word, `--x` and
 * `--no-x` for switches. citty alone accepts unknown flags and reads `-web.listen-address` as a bundle of one-letter
 * flags, so it only gets the result of this function.
 *
 * @param commands the flags of each command
 * @param common the flags that every command has
 * @param help the command that takes the name of another one
 * @throws ConfigError that names the first invalid word
 */
export function readCommandLine(
  words: readonly string[],
  commands: Readonly<Record<string, ArgsDef>>,
  common: ArgsDef,
  help?: string,
): CommandLine {
  const command = findCommand(words, common, Object.keys(commands));
  // A map, since an object also has "toString" and the like.
  const own = command === undefined ? {} : commands[command];
  const known: Known = new Map(Object.entries({ ...common, ...own }));
  const flags: string[] = [];
  let seenCommand = false;
  let argument: string | undefined;
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    if (!isFlag(word)) {
      const isArgument = seenCommand && command === help && argument === undefined;
      if (isArgument && word !== help && Object.hasOwn(commands, word)) argument = word;
      else if (seenCommand || word !== command) throw strayWord(word, Object.keys(commands));
      else seenCommand = true;
      continue;
    }
    const [name, value] = splitFlag(word);
    const positive = positiveName(name, known);
    const isSwitch = known.get(positive ?? name)?.type === "boolean";
    if (positive !== undefined) flags.push(switchFlag(positive, value, word, true));
    else if (isSwitch) flags.push(switchFlag(name, value, word, false));
    else if (!known.has(name)) throw unknownFlag(word, known);
    else {
      const next = value ?? words[++i];
      if (next === undefined || next === "") throw new ConfigError(`${word}: missing value`);
      flags.push(`--${name}=${next}`);
    }
  }
  return { command, argument, flags };
}

function isFlag(word: string): boolean {
  return word.length > 1 && word.startsWith("-");
}

function splitFlag(word: string): [string, string | undefined] {
  const bare = word.replace(/^--?/, "");
  const equals = bare.indexOf("=");
  const name = equals < 0 ? bare : bare.slice(0, equals);
  return [longName(name), equals < 0 ? undefined : bare.slice(equals + 1)];
}

function longName(name: string): string {
  if (name === "h") return "help";
  return name === "V" ? "version" : name;
}

/** The switch that `no-NAME` turns off; undefined when NAME is no switch. */
function positiveName(name: string, known: Known): string | undefined {
  const positive = name.startsWith("no-") && !known.has(name) ? name.slice(3) : undefined;
  return positive !== undefined && known.get(positive)?.type === "boolean" ? positive : undefined;
}

function switchFlag(
  name: string,
  value: string | undefined,
  word: string,
  negated: boolean,
): string {
  if (value !== undefined && !TRUE_OR_FALSE.test(value)) {
    throw new ConfigError(`${word}: invalid value "${value}": want true or false`);
  }
  return `--${name}=${(value ?? "true") === "true" ? !negated : negated}`;
}

/** Finds the first word that is neither a flag nor a flag's value. */
function findCommand(
  words: readonly string[],
  common: ArgsDef,
  names: string[],
): string | undefined {
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    if (!isFlag(word)) return names.includes(word) ? word : undefined;
    const [name, value] = splitFlag(word);
    if (value === undefined && common[name]?.type === "string") i++;
  }
  return undefined;
}

function strayWord(word: string, names: string[]): ConfigError {
  return new ConfigError(`unknown command "${word}": want one of ${names.join(", ")}`);
}

function unknownFlag(word: string, known: Known): ConfigError {
  const [name] = splitFlag(word);
  const names = [...known.keys()];
  const near = names.filter((candidate) => isNear(name, candidate));
  const hint = near.length > 0 ? `did you mean --${near[0]}?` : "see --help";
  return new ConfigError(`${word}: unknown flag; ${hint}`);
}

/** Whether a given flag may be a typo of a known one: a part of it, or at most two wrong letters. */
function isNear(given: string, known: string): boolean {
  const [a = "", b = ""] = [given, known].map((name) =>
    name.replace(/^no-/, "").replace(/[^a-z]/g, ""),
  );
  return a !== "" && (b.startsWith(a) || b.endsWith(a) || a.startsWith(b) || slips(a, b) <= 2);
}

/** The number of letters to insert, delete or replace to turn one word into the other (Levenshtein). */
function slips(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++) {
      const changed = row[j]! + (b[j] === letter ? 0 : 1);
      next.push(Math.min(row[j + 1]! + 1, next[j]! + 1, changed));
    }
    row = next;
  }
  return row[b.length]!;
}
