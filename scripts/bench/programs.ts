/** Compiles, starts and measures the programs of the benchmark. */
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";

export const FOLDER = mkdtempSync(`${tmpdir()}/bench-`);
const children: Bun.Subprocess[] = [];

/** Ends all started programs. */
export function cleanUp(): void {
  for (const child of children) child.kill("SIGKILL");
  rmSync(FOLDER, { recursive: true });
}

const compiled = new Map<string, string>();

/** Compiles a C program of this folder. @returns the path of the executable */
export function compile(name: string): string {
  const known = compiled.get(name);
  if (known !== undefined) return known;
  const output = `${FOLDER}/${name}`;
  const { success, stderr } = Bun.spawnSync(["cc", "-O2", "-o", output, `scripts/bench/${name}.c`]);
  if (!success) throw new Error(`cc failed: ${stderr.toString()}`);
  compiled.set(name, output);
  return output;
}

export function start(
  command: readonly string[],
  env: Record<string, string> = {},
): Bun.Subprocess<"ignore", "pipe", "ignore"> {
  const child = Bun.spawn([...command], {
    env: { ...process.env, ...env },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "ignore",
  });
  children.push(child);
  return child;
}

/** Ends one program, and waits until all its processes are gone. */
export async function end(child: Bun.Subprocess): Promise<void> {
  child.kill("SIGKILL");
  await child.exited;
  await Bun.sleep(500);
}

/** Waits until no more processes end: thousands of killed ones take a while. */
export async function settle(): Promise<void> {
  const count = () => readdirSync("/proc").filter((name) => /^\d/.test(name)).length;
  let fewest = count();
  for (let quiet = 0, tries = 0; quiet < 4 && tries < 120; quiet++, tries++) {
    await Bun.sleep(250);
    const now = count();
    if (now < fewest) quiet = 0;
    fewest = Math.min(fewest, now);
  }
}

/** Starts a program that prints lines and then an empty one. @returns the program and the numbers on the lines */
export async function startAndWait(
  command: readonly string[],
): Promise<{ child: Bun.Subprocess; numbers: number[] }> {
  const child = start(command);
  const reader = child.stdout.getReader();
  let text = "";
  while (text !== "\n" && !text.endsWith("\n\n")) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`${command.join(" ")}: ended too early`);
    text += new TextDecoder().decode(value);
  }
  return { child, numbers: text.trim() === "" ? [] : text.trim().split("\n").map(Number) };
}

/** The CPU milliseconds of a run of any program. */
export function cpuOfRun(command: readonly string[]): number {
  const { resourceUsage, success } = Bun.spawnSync([...command], { stdout: "ignore" });
  if (!success) throw new Error(`${command.join(" ")} failed`);
  return Number(resourceUsage.cpuTime.total) / 1000;
}

/** The CPU milliseconds of walking `/proc`, as the C program reports them. */
export function cpuOfWalk(): number {
  return Number(Bun.spawnSync([compile("walk_proc")]).stdout.toString()) * 1000;
}

/** The CPU milliseconds of all threads, by the scheduler's account: man 5 proc_pid_schedstat. */
export function cpuOf(pid: number): number {
  let nanoseconds = 0;
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    try {
      const line = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "latin1");
      nanoseconds += Number(line.split(" ")[0]);
    } catch {
      // It has ended.
    }
  }
  return nanoseconds / 1e6;
}

/** Resident and anonymous memory in MiB. */
export function memoryOf(pid: number): { resident: number; anonymous: number } {
  const status = readFileSync(`/proc/${pid}/status`, "latin1");
  const mebibytes = (name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(status)?.[1]) / 1024;
  return { resident: mebibytes("VmRSS"), anonymous: mebibytes("RssAnon") };
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
