import { readCommandLine } from "./command_line.ts";
import { FLAGS } from "./flags.ts";
import { splitWords } from "./split_words.ts";

/**
 * The flags in the variable ARGS, which the unit puts on its command line, each as `--name=value`.
 *
 * @throws ConfigError naming the first word that is not understood
 */
export function flagsIn(text: string | undefined): string[] {
  return readCommandLine(splitWords(text ?? ""), {}, FLAGS).flags;
}
