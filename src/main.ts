import { runProgram } from "./cli/program.ts";
import { PROGRAM } from "./cli/version.ts";
import { ConfigError } from "./config.ts";
import { JOURNAL_PRIORITIES } from "./log.ts";
import { isJournalStream } from "./sources/journal_stream.ts";
import { writeError } from "./standard_streams.ts";

/** Exit codes: 0 when told to end, 1 when something failed at run time, 2 when the user must act. */
function fail(error: unknown): never {
  const message = error instanceof Error ? error.message : String(error);
  const isJournal = isJournalStream(process.env["JOURNAL_STREAM"], 2);
  const prefix = isJournal ? `<${JOURNAL_PRIORITIES.error}>` : "";
  writeError(`${prefix}${PROGRAM}: ${message}\n`);
  process.exit(error instanceof ConfigError ? 2 : 1);
}

// Code that is compiled when it is built can't wait here.
runProgram(process.argv.slice(2), process.env).catch(fail);
