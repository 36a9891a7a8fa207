import { runProgram } from "./cli/program.ts";
import { PROGRAM } from "./cli/version.ts";
import { ConfigError } from "./config.ts";

/** Exit codes: 0 when told to end, 1 when something failed at run time, 2 when the user must act. */
try {
  await runProgram(process.argv.slice(2), process.env);
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${PROGRAM}: ${message}\n`);
  process.exit(error instanceof ConfigError ? 2 : 1);
}
