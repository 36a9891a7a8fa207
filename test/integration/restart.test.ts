/**
 * The exporter is killed at 50 random moments while a log is written and rotated, half of them while it
 * saves its state. In the end it has counted each attempt once. FUZZ_SEED repeats a run.
 */
import { afterEach, expect, setDefaultTimeout, test } from "bun:test";
import { appendFileSync, copyFileSync, mkdirSync, statSync, watch } from "node:fs";
import { join } from "node:path";
import { type Random, randomFrom } from "../helpers/fuzz.ts";
import { AttemptLines, authLogLine } from "../helpers/attempt_lines.ts";
import { type Counts, authCounts, authWords, growth } from "../helpers/auth_counts.ts";
import { Servers, exporterPath } from "../helpers/exporter.ts";
import { LogHost, describeWithLogs } from "../helpers/log_host.ts";
import { describeWith, findProgram } from "../helpers/needs.ts";
import { Running, eventually, remove, scratchFolder } from "../helpers/run.ts";
import { rotate } from "../sources/logs/text/logrotate.ts";

setDefaultTimeout(90_000);

const KILLS = 50;

const servers = new Servers();
const seed = Number(process.env["FUZZ_SEED"] ?? Math.floor(Math.random() * 2 ** 31));

/** Writes until it is told to stop, and waits a little in between. */
class Stream {
  private isRunning = true;
  private readonly done: Promise<void>;

  constructor(random: Random, write: () => Promise<void> | void) {
    this.done = (async () => {
      while (this.isRunning) {
        await write();
        await Bun.sleep(random.below(15));
      }
    })();
  }

  stop(): Promise<void> {
    this.isRunning = false;
    return this.done;
  }
}

/**
 * Starts the exporter, and kills it at some moment.
 *
 * @param savesMs how long it takes to save its first state here
 * @returns whether it had saved its state
 */
async function live(
  words: readonly string[],
  state: string,
  random: Random,
  savesMs: number,
): Promise<boolean> {
  const file = join(state, "auth.json");
  const before = statSync(file).ino;
  const exporter = new Running([exporterPath(), ...words], { env: { PATH: process.env["PATH"]! } });
  const kill = () => exporter.signal("SIGKILL");
  const watcher = random.chance(0.5) ? watch(state, kill) : undefined;
  const timer = setTimeout(kill, watcher ? 5_000 : random.below(2 * savesMs));
  await exporter.exited;
  clearTimeout(timer);
  watcher?.close();
  return statSync(file).ino !== before;
}

/** Does all of it, and says what the exporter has counted between its first start and the end. */
async function survive(rootfs: string, state: string, random: Random, write: () => Promise<void>) {
  const words = authWords(rootfs, `--state.directory=${state}`);
  const startMs = Date.now();
  const first = await servers.start(words);
  await first.ready();
  const before = authCounts(await first.scrape());
  const savesMs = Date.now() - startMs;
  first.running.signal("SIGKILL");
  const stream = new Stream(random, write);
  let saved = 0;
  for (let i = 0; i < KILLS; i++) saved += (await live(words, state, random, savesMs)) ? 1 : 0;
  await stream.stop();
  return { words, before, saved };
}

async function countsOf(words: readonly string[]): Promise<Counts> {
  const last = await servers.start(words);
  await last.ready();
  // On a slow machine one scrape can't wait for all of the log.
  const counts = await eventually(
    "the log to be read",
    async () => {
      const metrics = await last.scrape();
      return metrics.value("user_sessions_log_lag_seconds") === 0 ? authCounts(metrics) : undefined;
    },
    60_000,
  );
  expect(last.running.printed).not.toMatch(/level=(?:WARN|ERROR)/);
  return counts;
}

/** What lines count as, and what that makes in the gauge of the last hour. */
function failuresIn(counts: Counts): number {
  const reasons = ["bad_credentials", "invalid_user", "no_credentials"];
  return reasons.reduce((sum, reason) => sum + (counts[reason] ?? 0), 0);
}

let state: string;
afterEach(async () => {
  await servers.endAll();
  remove(state);
});

describeWith([], "killed while a text log is written", () => {
  let folder: string;
  afterEach(() => remove(folder));

  test("it counts each attempt once", async () => {
    console.log(`restarts on a text log: FUZZ_SEED=${seed}`);
    const random = randomFrom(seed);
    [folder, state] = [scratchFolder("restart"), scratchFolder("state")];
    mkdirSync(join(folder, "var/log"), { recursive: true });
    const log = join(folder, "var/log/auth.log");
    const lines = new AttemptLines(random, 5);
    let written = 0;
    const write = (count: number) => {
      for (let i = 0; i < count; i++, written++) {
        const { pid, message } = lines.next();
        appendFileSync(log, authLogLine(Date.now(), pid, message));
      }
    };
    write(100);
    const history = { ...lines.counts };
    let rotations = 0;
    let stateAtRotation: number | undefined;
    const { words, saved } = await survive(folder, state, random, async () => {
      write(random.below(20));
      if (!random.chance(1 / 40)) return;
      // A slow machine saves too seldom to read everything before it is rotated away.
      const current = statSync(join(state, "auth.json"), { throwIfNoEntry: false })?.ino;
      if (current === stateAtRotation) return;
      stateAtRotation = current;
      rotate(log, random.chance(0.5));
      rotations++;
    });
    write(1);
    const counts = await countsOf(words);
    console.log(`${written} lines, ${rotations} rotations, ${saved} states of ${KILLS} saved`);
    expect(counts).toMatchObject(growth(history, lines.counts));
    expect(counts["1h"]).toBe(failuresIn(lines.counts));
    expect(saved).toBeGreaterThan(0);
    expect(saved).toBeLessThan(KILLS);
  });
});

describeWithLogs([], "killed while the journal is written", () => {
  let host: LogHost | undefined;
  afterEach(() => host?.stop());

  test("it counts each attempt once", async () => {
    console.log(`restarts on a journal: FUZZ_SEED=${seed}`);
    const random = randomFrom(seed);
    host = await LogHost.start({ syslog: false });
    state = scratchFolder("state");
    const sshd = join(host.folder, "sshd");
    copyFileSync(findProgram("logger")!, sshd);
    // Each has a pid of its own, and so one connection at a time.
    const speakers = Array.from({ length: 3 }, (_, i) => ({
      lines: new AttemptLines(random, 1, 20_000 * i),
      process: host!.spawn([sshd, "-t", "sshd", "-p", "auth.info"]),
    }));
    let written = 0;
    let rotations = 0;
    const { words, before, saved } = await survive(
      host.rootfs("journal"),
      state,
      random,
      async () => {
        const { lines, process } = random.pick(speakers);
        const messages = Array.from({ length: random.below(20) }, () => lines.next().message);
        written += messages.length;
        await process.type(messages.map((message) => `${message}\n`).join(""));
        if (!random.chance(1 / 40)) return;
        await host!.rotateJournal();
        rotations++;
      },
    );
    for (const { process } of speakers) await process.hangUp();
    await host.settle();
    const expected: Counts = {};
    for (const { lines } of speakers) {
      for (const [name, count] of Object.entries(lines.counts)) {
        expected[name] = (expected[name] ?? 0) + count;
      }
    }
    const counts = await countsOf(words);
    console.log(`${written} lines, ${rotations} rotations, ${saved} states of ${KILLS} saved`);
    expect(before).toEqual({});
    expect(counts).toMatchObject(expected);
    expect(counts["1h"]).toBe(failuresIn(expected));
    expect(saved).toBeGreaterThan(0);
    expect(saved).toBeLessThan(KILLS);
  });
});
