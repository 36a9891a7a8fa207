/** A pass that reads what ran, compared with one that reads every process, on this machine's own groups. */
import { expect, test } from "bun:test";
import { CpuAccount } from "../../../src/model/usage/cpu_account.ts";
import { UserTotals } from "../../../src/model/usage/user_totals.ts";
import { ProcessScan } from "../../../src/sources/proc/process_scan.ts";
import { ProcessTable } from "../../../src/sources/proc/process_table.ts";
import { Root } from "../../../src/sources/root.ts";
import { FUZZ_TIMEOUT_MS, type Random, fuzz } from "../../helpers/fuzz.ts";
import { describeWith } from "../../helpers/needs.ts";
import { CGROUP2, TestGroup, Worker, asleep } from "./workload.ts";

const UIDS = [61_001, 61_002, 61_003];
const GROUPS = ["a", "b", "c", "deep/d", "deep/e"];
/** They make the groups worth reading on a machine where all else is in the root group. */
const SLEEPERS = 60;

/** One way to read the processes, and all that is made of them. */
class Reading {
  readonly account = new CpuAccount();
  readonly totals = new UserTotals();
  table = new ProcessTable();
  ways: string[] = [];
  private passes = 0;
  private readonly scan: ProcessScan;

  constructor(root: Root) {
    const clock = () => this.passes * 3000;
    const report = (way: string, reason: string) => this.ways.push(`${way}: ${reason}`);
    this.scan = new ProcessScan(root, clock, report, 1);
  }

  async pass(): Promise<void> {
    const previous = this.table;
    this.table = await this.scan.run();
    this.totals.advance(previous, this.table);
    if (this.passes++ === 0) this.account.begin(this.totals.byUid);
    else this.account.advance(previous, this.table, this.totals.byUid);
  }

  facts(pid: number): string {
    const { table } = this;
    const row = table.row(pid);
    if (row < 0) return "gone";
    const { ownTicks, reapedTicks, parentPid, uid, threads, startTicks, rssPages, state } = table;
    const columns = { ownTicks, reapedTicks, parentPid, uid, threads, startTicks, rssPages, state };
    return Object.entries(columns)
      .map(([name, column]) => `${name}=${column[row]}`)
      .join(" ");
  }
}

class Workload implements AsyncDisposable {
  readonly workers: Worker[] = [];
  pidsUsedAgain = 0;
  /** All pids that ever belonged to it. */
  readonly pids = new Set<number>();

  constructor(readonly group: TestGroup) {}

  async add(name: string, wantedPid?: number): Promise<Worker> {
    const worker = await Worker.start(wantedPid);
    this.workers.push(worker);
    this.pids.add(worker.pid);
    this.move(worker, name);
    return worker;
  }

  move(worker: Worker, name: string): void {
    this.group.put(worker.pid, name);
    worker.group = name;
    worker.hasMoved = true;
  }

  /**
   * Has a worker do something. The group that it was moved to knows it when it has run there. If it moves on
   * before a pass sees it, it is missed up to 20 ms of CPU time, so it uses more.
   */
  private async run(worker: Worker, command: string, number?: number): Promise<string> {
    const answer = await worker.do(command, number);
    if (worker.hasMoved) await worker.do("burn", 70);
    worker.hasMoved = false;
    return answer;
  }

  /** Its children go first: who reaps them when it is gone does so at any time, between two passes too. */
  async remove(worker: Worker): Promise<void> {
    await worker.do("orphan");
    await worker.do("reap");
    this.workers.splice(this.workers.indexOf(worker), 1);
    await worker.end();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.end()));
  }

  /** One thing that happens between two passes. @returns what it was */
  async step(random: Random): Promise<string> {
    const worker = random.pick(this.workers);
    const from = worker.group;
    const to = random.pick(GROUPS);
    const ms = random.pick([1, 3, 12, 40, 70]);
    const say = (what: string) => `${what} ${worker.pid} ${from} ${to} ${ms}`;
    switch (random.below(16)) {
      case 0:
        await this.run(worker, "burn", ms);
        return say("burn");
      case 1:
        await this.run(worker, "child", ms);
        return say("child");
      case 2:
        this.pids.add(Number(await this.run(worker, "zombie", ms)));
        return say("zombie");
      case 3:
        await this.run(worker, "reap");
        return say("reap");
      case 4: {
        const grandchild = Number(await this.run(worker, "family"));
        // In a group that sleeps, it loses its parent in another one without having run.
        if (grandchild > 0) await asleep(grandchild);
        if (grandchild > 0) this.group.put(grandchild, "sleepers");
        if (grandchild > 0) this.pids.add(grandchild);
        return say("family");
      }
      case 5:
        await this.run(worker, "orphan");
        return say("orphan");
      case 6:
        await this.run(worker, "uid", random.pick(UIDS));
        return say("uid");
      case 7:
        await this.run(worker, "thread");
        return say("thread");
      case 8:
        this.move(worker, to);
        return say("move");
      case 9:
        // Where it is found, nothing ran; where it ran, it is not found.
        this.move(worker, to);
        await worker.do("burn", 70);
        this.move(worker, from);
        return say("there and back");
      case 10:
        this.group.make("passing");
        this.move(worker, "passing");
        await worker.do("burn", 70);
        this.move(worker, to);
        // A grandchild may have stayed behind.
        return say("through a group that goes");
      case 11:
        if (this.workers.length > 4) await this.remove(worker);
        return say("end");
      case 12:
        await this.add(to);
        return say("begin");
      case 13:
        // One of its threads runs in a group below, which can't tell its processes.
        this.move(worker, "threaded");
        this.group.putThread(worker.pid, "threaded/below");
        await worker.do("burn", 70);
        if (random.chance(0.5)) this.move(worker, from);
        return say("threaded");
      case 14: {
        if (this.workers.length <= 4) return "";
        await this.remove(worker);
        const next = await this.add(to, worker.pid);
        // Else somebody else may have it.
        if (next.pid === worker.pid) this.pidsUsedAgain++;
        else this.pids.delete(worker.pid);
        return say("used again");
      }
      default:
        await this.run(worker, "grow", ms);
        return say("grow");
    }
  }
}

const needs = CGROUP2 === undefined ? ["cgroup v2"] : ["root", "perl"];

describeWith(needs, "a pass that reads what ran", () => {
  test(
    "gives what a pass that reads every process gives, whatever they do in between",
    async () => {
      using group = new TestGroup("scan");
      for (const name of GROUPS) group.make(name);
      group.make("sleepers");
      group.makeThreaded("threaded/below");
      await using load = new Workload(group);
      const sleepers = Array.from({ length: SLEEPERS }, () =>
        Bun.spawn(["sleep", "600"], { stdio: ["ignore", "ignore", "ignore"] }),
      );
      for (const { pid } of sleepers) group.put(pid, "sleepers");
      for (const name of [...GROUPS, ...GROUPS]) {
        const worker = await load.add(name);
        await worker.do("uid", UIDS[0]);
      }
      const byGroups = new Reading(new Root());
      const full = new Reading(new Root("/nowhere", "/proc"));
      let steps: string[] = [];
      await fuzz("passes by groups", async (random) => {
        for (let i = random.below(3); i >= 0; i--) steps.push(await load.step(random));
        await byGroups.pass();
        await full.pass();
        // Somebody else may get the pids of those that are gone.
        for (const pid of load.pids) {
          if (full.facts(pid) === "gone" && byGroups.facts(pid) === "gone") load.pids.delete(pid);
          const done = `after ${steps.slice(-6).join("; ")}: ${pid}: `;
          expect(done + byGroups.facts(pid)).toBe(done + full.facts(pid));
        }
        for (const uid of UIDS) {
          expect(byGroups.totals.byUid.get(uid)).toEqual(full.totals.byUid.get(uid));
          const ticks = byGroups.account.ticksByUid.get(uid);
          expect(`${steps.slice(-6).join("; ")} ${uid} ${ticks}`).toBe(
            `${steps.slice(-6).join("; ")} ${uid} ${full.account.ticksByUid.get(uid)}`,
          );
        }
      });
      console.log(`pids used again: ${load.pidsUsedAgain}`);
      expect(byGroups.ways[0]).toBe(`groups: ${CGROUP2}`);
      expect(full.ways[0]).toStartWith("every process: ");
      const quiet = new Reading(new Root());
      await quiet.pass();
      await quiet.pass();
      const { length, processesRead } = quiet.table;
      expect(length - processesRead).toBeGreaterThan(SLEEPERS * 0.8);
    },
    FUZZ_TIMEOUT_MS + 20_000,
  );
});
