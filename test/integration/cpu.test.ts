/** CPU, memory and processes of a user, against what the kernel tells that user's own processes. */
import { afterAll, afterEach, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { copyExporter, Serving } from "../helpers/exporter.ts";
import { describeWith } from "../helpers/needs.ts";
import { onlineCpus, processes } from "../helpers/oracle.ts";
import { Running, remove, scratchFolder } from "../helpers/run.ts";
import { TestUsers } from "../helpers/test_users.ts";

setDefaultTimeout(60_000);

/**
 * A parent that starts CHILDREN processes, each gone before the next, and then prints the CPU seconds of
 * itself and of them (getrusage(2), system call 98 on x86-64). It waits for a line before and after.
 */
const PARENT = `
  $| = 1;
  print "waiting\\n"; <STDIN>;
  for (1 .. $ARGV[0]) { my $pid = fork; exec "true" if !$pid; waitpid $pid, 0 }
  sub seconds { my $usage = "\\0" x 144; syscall 98, $_[0], $usage; my @t = unpack "q4", $usage;
                return $t[0] + $t[2] + ($t[1] + $t[3]) / 1e6 }
  printf "self=%f children=%f\\n", seconds(0), seconds(-1);
  <STDIN> if !$ARGV[1];
`;
const CHILDREN = 2000;

describeWith(["root", "perl", "useradd", "setpriv", "ps", "getconf"], "a user's resources", () => {
  const users = new TestUsers();
  let user: string;
  const started: (Running | Serving)[] = [];
  let folder: string;
  let path: string;

  beforeAll(async () => {
    folder = scratchFolder("cpu");
    path = copyExporter(folder);
    user = (await users.add("c", join(folder, "c"))).name;
  });
  afterEach(async () => {
    await Promise.all(started.splice(0).map((program) => program.end()));
  });
  afterAll(async () => {
    await users.remove();
    remove(folder);
  });

  const begin = (command: readonly string[], as: string) => {
    const program = new Running(command, { as, cwd: "/" });
    started.push(program);
    return program;
  };
  const serve = async (as?: string) => {
    const serving = await Serving.start(undefined, { path, cwd: "/", as });
    started.push(serving);
    return serving;
  };
  const cpuSeconds = async (serving: Serving) =>
    (await serving.scrape()).value("user_sessions_cpu_seconds_total", { username: user }) ?? 0;

  test.each([
    ["whose parent lives on", undefined, []],
    ["whose parent lives on, seen by nobody", "nobody", []],
    ["whose parent ends too", undefined, ["end"]],
  ])("%s: 2,000 short processes are counted", async (_, as, words) => {
    const parent = begin(["perl", "-e", PARENT, String(CHILDREN), ...words], user);
    await parent.says(/waiting/);
    const serving = await serve(as);
    const before = await cpuSeconds(serving);
    await parent.type("\n");
    const usage = await parent.says(/self=\S+ children=\S+/, 40_000);
    if (words.length > 0) expect(await parent.exited).toBe(0);
    const [self, children] = (usage.match(/[\d.]+/g) ?? []).map(Number) as [number, number];
    const counted = (await cpuSeconds(serving)) - before;
    expect(children).toBeGreaterThan(0.2);
    expect(counted).toBeGreaterThan(0.95 * children);
    expect(counted).toBeLessThan(1.05 * (self + children) + 0.1);
  });

  test("the first scrape has the CPU ratio of a process that burns one core", async () => {
    const cpus = await onlineCpus();
    const burner = begin(["perl", "-e", "$| = 1; print 1; while (1) {}"], user);
    await burner.says(/1/);
    await Bun.sleep(300);
    const serving = await serve();
    const [usedBefore, atBefore] = [cpuSecondsOf(burner.pid), performance.now()];
    await Bun.sleep(2_000);
    const ratio = (await serving.scrape()).value("user_sessions_cpu_ratio", { username: user });
    const cores =
      (cpuSecondsOf(burner.pid) - usedBefore) / ((performance.now() - atBefore) / 1_000);
    // A machine with other work may give it less than a whole core.
    console.log(`The burner had ${cores.toFixed(2)} of ${cpus} CPUs.`);
    expect(ratio).toBeGreaterThan(cores / cpus - 0.05);
    expect(ratio).toBeLessThan(cores / cpus + 0.05);
  });

  test("memory and processes are what ps says", async () => {
    for (let i = 0; i < 5; i++)
      await begin(["perl", "-e", "$| = 1; print 1; sleep 60"], user).says(/1/);
    const serving = await serve();
    const before = byUser(await processes());
    const metrics = await serving.scrape();
    const after = byUser(await processes());
    expect(metrics.value("user_sessions_process_count", { username: user })).toBe(5);
    for (const [username, { count, rssBytes }] of after) {
      const processCount = metrics.value("user_sessions_process_count", { username });
      const memoryBytes = metrics.value("user_sessions_memory_bytes", { username });
      const earlier = before.get(username);
      if (!earlier || processCount === undefined) continue;
      // Other processes of the machine come and go between the three looks at it.
      const slack = username === user ? 0 : 5 + Math.abs(count - earlier.count);
      expect(Math.abs(processCount - count)).toBeLessThanOrEqual(slack);
      if (username !== user) continue;
      expect(memoryBytes).toBeGreaterThan(0.95 * rssBytes);
      expect(memoryBytes).toBeLessThan(1.05 * rssBytes);
    }
    const all = (name: string) => metrics.series(name).reduce((sum, { value }) => sum + value, 0);
    const rss = [before, after].map((look) =>
      [...look.values()].reduce((sum, { rssBytes }) => sum + rssBytes, 0),
    );
    expect(all("user_sessions_memory_bytes")).toBeGreaterThan(0.9 * Math.min(...rss));
    expect(all("user_sessions_memory_bytes")).toBeLessThan(1.1 * Math.max(...rss));
  });
});

/** The CPU seconds of one process, by its own stat line. */
function cpuSecondsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "latin1")
    .replace(/^.*\) /s, "")
    .split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function byUser(list: readonly { user: string; rssBytes: number }[]) {
  const users = new Map<string, { count: number; rssBytes: number }>();
  for (const { user, rssBytes } of list) {
    const sum = users.get(user) ?? { count: 0, rssBytes: 0 };
    users.set(user, { count: sum.count + 1, rssBytes: sum.rssBytes + rssBytes });
  }
  return users;
}
