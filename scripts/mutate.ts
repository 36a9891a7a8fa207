/**
 * Changes single lines of src/ in a copy, and lists the changes that no unit test notices:
 *
 * bun scripts/mutate.ts [--count=200] [--seed=1] [--only=src/model/] [--near]
 *
 * For each change the test of the file itself runs first, then those of its folder, then all fast ones; with --near
 * only the first of these, since the others notice most of what it misses. A survivor need not be a fault: the change
 * may be harmless. Examine each.
 */
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { type Change, changesOf } from "./mutations.ts";
import { randomFrom } from "../test/helpers/random.ts";

const { values } = parseArgs({
  options: {
    count: { type: "string", default: "200" },
    seed: { type: "string", default: String(Math.floor(Math.random() * 2 ** 31)) },
    only: { type: "string", default: "src/" },
    near: { type: "boolean", default: false },
  },
});
const seed = Number(values.seed);

/** The unit tests of `make test-fast`. */
const UNIT = [
  ...["sources", "model", "metrics", "collectors", "web", "cli"].map((name) => `test/${name}`),
  ...["config", "format", "log"].map((name) => `test/${name}.test.ts`),
];
const SLOW = ["reader_damage", "reader_real_journald", "trust", "follower_race", "program"];
/**
 * The time limit of a test run, which notices an endless loop. The first run has all tests, perhaps on a busy machine.
 */
const LONGEST_MS = 600_000;

const project = resolve(import.meta.dir, "..");
const copy = mkdtempSync(join(tmpdir(), "mutate-"));
// Some tests run the code as another user.
chmodSync(copy, 0o755);
process.on("exit", () => rmSync(copy, { recursive: true, force: true }));
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(1));
for (const name of [
  "src",
  "test",
  "scripts",
  "package.json",
  "package-lock.json",
  "tsconfig.json",
  "bunfig.toml",
])
  cpSync(join(project, name), join(copy, name), { recursive: true, verbatimSymlinks: true });
symlinkSync(join(project, "node_modules"), join(copy, "node_modules"));

const changes = chosen();
const complaint = await failing([...new Set(changes.flatMap(({ file }) => testsOf(file)).flat())]);
if (complaint !== undefined)
  throw new Error(`the tests fail as they are:\n${complaint.slice(-3000)}`);
console.log(`${changes.length} changes, seed ${seed}`);
const survivors: Change[] = [];
for (const [i, change] of changes.entries()) {
  const survived = await survives(change);
  if (survived) survivors.push(change);
  console.log(`${i + 1}: ${survived ? "SURVIVED" : "noticed"} ${describe(change)}`);
}
console.log(`\n${survivors.length} of ${changes.length} changes survived, seed ${seed}`);
for (const change of survivors) console.log(describe(change));

/** Random lines, with a random change for each. */
function chosen(): Change[] {
  const random = randomFrom(seed);
  const files = [...new Bun.Glob("src/**/*.ts").scanSync(project)].sort();
  const byLine = files
    .filter((file) => file.startsWith(values.only) && !file.endsWith(".d.ts"))
    .flatMap((file) => changesOf(file, readFileSync(join(project, file), "utf8")));
  const list: Change[] = [];
  while (list.length < Number(values.count) && byLine.length > 0) {
    const [ofLine] = byLine.splice(random.below(byLine.length), 1);
    list.push(random.pick(ofLine!));
  }
  return list;
}

async function survives({ file, line, after }: Change): Promise<boolean> {
  const path = join(copy, file);
  const text = readFileSync(path, "utf8");
  const lines = text.split("\n");
  lines[line - 1] = after;
  writeFileSync(path, lines.join("\n"));
  try {
    for (const tests of testsOf(file)) if ((await failing(tests)) !== undefined) return false;
    return true;
  } finally {
    writeFileSync(path, text);
  }
}

/** The tests for a changed file, to run one after the other until one fails. */
function testsOf(file: string): string[][] {
  const own = file.replace(/^src(.*)\.ts$/, "test$1.test.ts");
  const near = [...new Set([own, dirname(own)])].filter((path) => existsSync(join(copy, path)));
  const unit = near.filter((path) => UNIT.some((each) => path.startsWith(each)));
  const stages = [...unit.map((path) => [path]), UNIT];
  return values.near ? stages.slice(0, 1) : stages;
}

/** The output of the tests in some folders when one of them fails or never ends; undefined when all pass. */
async function failing(folders: readonly string[]): Promise<string | undefined> {
  const ignored = SLOW.map((name) => `--path-ignore-patterns=**/${name}.test.ts`);
  const command = ["test", "--parallel", "--no-isolate", "--bail", "--timeout=60000", ...ignored];
  const child = Bun.spawn([process.execPath, ...command, ...folders], {
    cwd: copy,
    env: { ...process.env, FUZZ_SECONDS: "0.02" },
    stdout: "ignore",
    stderr: "pipe",
    timeout: LONGEST_MS,
  });
  const [said, code] = await Promise.all([child.stderr.text(), child.exited]);
  // A folder without a test is no failure.
  return code === 0 || /did not match any test files/.test(said) ? undefined : said;
}

function describe({ file, line, before, after }: Change): string {
  return `${file}:${line}\n  - ${before.trim()}\n  + ${after.trim()}`;
}
