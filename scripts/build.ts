/**
 * Builds the executable for Linux on any platform, and checks it.
 *
 * bun scripts/build.ts [--arch=amd64|arm64] [OUTPUT]
 */
import { parseArgs } from "node:util";
import { archNamed } from "./arch.ts";
import { checkExecutable } from "./check_executable.ts";
import { runtimePath } from "./runtime.ts";

const { values, positionals } = parseArgs({
  options: { arch: { type: "string", default: "amd64" } },
  allowPositionals: true,
});
const arch = archNamed(values.arch);
const output = positionals[0] ?? "dist/user_sessions_exporter";

/**
 * Code is compiled after 5,000 times as many runs as usual. That saves 17 MiB and costs no CPU time: a scrape is too short
 * to earn back what compiling costs. A long log is read with the usual number (`model/auth/turns.ts`).
 */
const JIT_POLICY = 5000;

const result = await Bun.build({
  entrypoints: ["src/main.ts"],
  // Minified it would be 0.3 % smaller, and its stack traces could not be read.
  minify: false,
  // Bytecode compiled at build time halves the start time.
  bytecode: true,
  define: {
    JIT_POLICY: String(JIT_POLICY),
    BUILD_REVISION: JSON.stringify(revision()),
    "process.env.NODE_ENV": '"production"',
  },
  compile: {
    target: arch.target,
    outfile: output,
    // The runtime of this architecture is installed; another one is fetched by npm.
    ...(arch.name === "amd64" ? {} : { executablePath: await runtimePath(arch) }),
    // By default the executable would read .env and bunfig.toml in the working directory.
    autoloadDotenv: false,
    autoloadBunfig: false,
    jitPolicy: JIT_POLICY,
  },
});
if (!result.success) {
  for (const log of result.logs) console.error(log);
  process.exit(1);
}
const problems = checkExecutable(await Bun.file(output).bytes(), arch);
for (const problem of problems) console.error(`${output}: ${problem}`);
if (problems.length > 0) process.exit(1);
console.log(`${output}: ${(Bun.file(output).size / 1e6).toFixed(0)} MB`);

/** The commit being built, with `-dirty` when there are changes; a source archive has none. */
function revision(): string {
  if (process.env["BUILD_REVISION"]) return process.env["BUILD_REVISION"];
  const git = Bun.which("git");
  if (!git) return "unknown";
  const described = Bun.spawnSync([git, "describe", "--always", "--dirty", "--exclude=*"]);
  return described.success ? described.stdout.toString().trim() : "unknown";
}
