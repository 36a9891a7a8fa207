import { readCommandLine } from "./command_line.ts";
import { FLAGS } from "./flags.ts";
import { splitWords } from "./split_words.ts";

/**
 * Parses the flags in the variable ARGS, which the unit adds to its command line. Returns each as `--name=value`.
 *
 * @throws ConfigError that names the first invalid word
 */
export function flagsIn(text: string | undefined): string[] {
  return readCommandLine(splitWords(text ?? ""), {}, FLAGS).flags;
}
