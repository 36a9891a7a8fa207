import { PROGRAM, versionText } from "./cli/version.ts";
import { ConfigError } from "./config.ts";
import { JOURNAL_PRIORITIES } from "./log.ts";
import { isJournalStream } from "./sources/journal_stream.ts";
import { writeError, writeOutput } from "./standard_streams.ts";

/** Exit codes: 0 after a signal to stop, 1 when something failed at run time, 2 when the user must act. */
function fail(error: unknown): never {
  const message = error instanceof Error ? error.message : String(error);
  const isJournal = isJournalStream(process.env["JOURNAL_STREAM"], 2);
  const prefix = isJournal ? `<${JOURNAL_PRIORITIES.error}>` : "";
  writeError(`${prefix}${PROGRAM}: ${message}\n`);
  process.exit(error instanceof ConfigError ? 2 : 1);
}

const words = process.argv.slice(2);
if (words.length === 1 && /^(-V|--?version)$/.test(words[0]!)) {
  // Without loading the rest of the program, which takes longer than this.
  writeOutput(`${versionText()}\n`);
} else {
  // No `await`: code compiled to bytecode at build time can't have it at the top level.
  import("./cli/program.ts").then(({ runProgram }) => runProgram(words, process.env)).catch(fail);
}
