/** Command lines and expressions over names: whatever is given, they are taken or refused in one line. */
import { expect, test } from "bun:test";
import { readCommandLine } from "../../src/cli/command_line.ts";
import { FLAGS } from "../../src/cli/flags.ts";
import { invoke } from "../../src/cli/invocation.ts";
import { namePattern } from "../../src/cli/name_pattern.ts";
import { splitWords } from "../../src/cli/split_words.ts";
import { ConfigError } from "../../src/config.ts";
import { FUZZ_TIMEOUT_MS, type Random, fuzz } from "../helpers/fuzz.ts";

const PIECES = [..."-=:.,/\"' \n\\[](){}|*+?^$", "--", "no-", "true", "a", "é", "0", "65536"];

function textOf(random: Random, pieces: readonly string[]): string {
  return Array.from({ length: random.below(12) }, () => random.pick(pieces)).join("");
}

/** Runs it; only errors for the user are allowed. */
function taken<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return undefined;
  }
}

test(
  "command lines",
  () =>
    fuzz("command_line", (random) => {
      const pieces = [
        ...PIECES,
        ...Object.keys(FLAGS),
        ...Object.keys(FLAGS).map((f) => `--${f}=`),
      ];
      const words = splitWords(textOf(random, pieces));
      const line = taken(() => readCommandLine(words, { serve: {}, help: {} }, FLAGS, "help"));
      if (!line) return;
      const { faults } = invoke(line.flags, FLAGS, { PORT: textOf(random, PIECES) });
      for (const fault of faults) expect(fault.setting).toBeDefined();
    }),
  FUZZ_TIMEOUT_MS,
);

test(
  "expressions over names",
  () =>
    fuzz("name_pattern", (random) => {
      const pieces = [
        ..."ab()[]{}|*+?.\\^$-&",
        "(?:",
        "{2,}",
        "{1,3}",
        "\\1",
        "\\d",
        "\\p{L}",
        "[a-c]",
      ];
      const pattern = taken(() => namePattern(textOf(random, pieces), "--users.include"));
      // A runaway expression would not come back within the time of the test.
      pattern?.test(`${"ab".repeat(127)}!`);
    }),
  FUZZ_TIMEOUT_MS,
);
