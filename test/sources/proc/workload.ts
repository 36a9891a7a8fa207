/** Processes that do what they are told, in control groups of their own: for tests of passes over `/proc`. */
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmdirSync,
  writeFileSync,
} from "node:fs";

/** Where this machine has its control groups of version 2; undefined without. */
export const CGROUP2 = ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"].find((path) =>
  existsSync(`${path}/cgroup.procs`),
);

/** Reads commands, answers each with a line, and sleeps in between. */
const WORKER = `
  use threads; use POSIX ();
  $| = 1;
  sub burn { my $end = (times)[0] + (times)[1] + $_[0] / 1000; while ((times)[0] + (times)[1] < $end) {} }
  sub state { open my $stat, "<", "/proc/$_[0]/stat" or return "Z"; <$stat> =~ /\\) (\\S)/; $1 }
  print "ready\\n";
  while (<STDIN>) {
    my ($command, $number) = split;
    my $answer = "done";
    if ($command eq "burn") { burn($number) }
    elsif ($command eq "child") { if (my $pid = fork) { waitpid $pid, 0 } else { burn($number); POSIX::_exit(0) } }
    elsif ($command eq "zombie") {
      if ($answer = fork) { select undef, undef, undef, 0.001 until state($answer) eq "Z" }
      else { burn($number); POSIX::_exit(0) }
    }
    elsif ($command eq "reap") { 1 while waitpid(-1, POSIX::WNOHANG()) > 0 }
    elsif ($command eq "family" && !$middle) {
      # A child that has a child of its own, whose pid is the answer.
      pipe my $heard, my $hear;
      if ($middle = fork) { $answer = <$heard>; chomp $answer }
      else {
        if (my $pid = fork) { syswrite $hear, "$pid\\n" }
        sleep 600; POSIX::_exit(0);
      }
    }
    elsif ($command eq "orphan" && $middle) { kill "KILL", $middle; waitpid $middle, 0; $middle = 0 }
    elsif ($command eq "uid") { $> = 0; $> = $number }
    elsif ($command eq "thread") { threads->create(sub { sleep 600 while 1 })->detach }
    elsif ($command eq "grow") { $memory = "x" x ($number * 65536) }
    elsif ($command eq "exit") { POSIX::_exit(0) }
    print "$answer\\n";
  }
`;

export class Worker {
  /** Where the worker was put by the driver, below the workload's group. */
  group = "";
  /** Whether it was moved there, and has not run since. */
  hasMoved = false;
  private readonly child;
  private readonly reader;
  private text = "";

  private constructor() {
    this.child = Bun.spawn(["perl", "-e", WORKER], {
      stdin: "pipe",
      stdout: "pipe",
      stderr: "ignore",
    });
    this.reader = this.child.stdout.getReader();
  }

  /** @param wantedPid the pid that it gets if no other process takes it first, and the kernel lets us ask */
  static async start(wantedPid?: number): Promise<Worker> {
    if (wantedPid !== undefined) askForPid(wantedPid);
    const worker = new Worker();
    await worker.line();
    await asleep(worker.pid);
    return worker;
  }

  get pid(): number {
    return this.child.pid;
  }

  /** Has the worker do something, and waits until it sleeps again. @returns its answer */
  async do(command: string, number = 0): Promise<string> {
    this.child.stdin.write(`${command} ${number}\n`);
    this.child.stdin.flush();
    const answer = await this.line();
    await asleep(this.pid);
    return answer;
  }

  async end(): Promise<void> {
    this.child.kill("SIGKILL");
    await this.child.exited;
  }

  private async line(): Promise<string> {
    for (;;) {
      const newline = this.text.indexOf("\n");
      if (newline >= 0) {
        const line = this.text.slice(0, newline);
        this.text = this.text.slice(newline + 1);
        return line;
      }
      const { value, done } = await this.reader.read();
      if (done) return "";
      this.text += new TextDecoder().decode(value);
    }
  }
}

/** The fields of a process's stat line behind its name; undefined when it is gone. */
export function statFields(pid: number): string[] | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, "latin1")
      .replace(/^.*\) /s, "")
      .split(" ");
  } catch {
    return undefined;
  }
}

/** Waits until a process sleeps. */
export async function asleep(pid: number): Promise<void> {
  while (statFields(pid)?.[0] === "R") await Bun.sleep(1);
}

/** A control group that is removed, with what it holds, at the end of the block that says `using`. */
export class TestGroup implements Disposable {
  readonly path: string;

  constructor(name: string) {
    this.path = `${CGROUP2}/${name}-${process.pid}`;
    mkdirSync(this.path);
  }

  make(name: string): string {
    mkdirSync(`${this.path}/${name}`, { recursive: true });
    return `${this.path}/${name}`;
  }

  /** A group for single threads of the processes in the group above it. */
  makeThreaded(name: string): void {
    writeFileSync(`${this.make(name)}/cgroup.type`, "threaded");
  }

  /** Moves the thread of a process that has its pid into a group below the process's own. */
  putThread(pid: number, name: string): void {
    writeFileSync(`${this.path}/${name}/cgroup.threads`, String(pid));
  }

  has(name: string): boolean {
    return existsSync(`${this.path}/${name}`);
  }

  /** Moves a process into a group below this one. */
  put(pid: number, name: string): void {
    writeFileSync(`${this.path}/${name}/cgroup.procs`, String(pid));
  }

  remove(name: string): void {
    rmdirSync(`${this.path}/${name}`);
  }

  [Symbol.dispose](): void {
    try {
      writeFileSync(`${this.path}/cgroup.kill`, "1");
      Bun.sleepSync(50);
      removeTree(this.path);
    } catch (error) {
      console.error(error);
    }
  }
}

function removeTree(path: string): void {
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    if (entry.isDirectory()) removeTree(`${path}/${entry.name}`);
  }
  rmdirSync(path);
}

/** As if all pids behind this one had been used: the pid behind the last one is the next (man 5 proc_sys_kernel). */
function askForPid(pid: number): void {
  try {
    writeFileSync("/proc/sys/kernel/ns_last_pid", String(pid - 1));
  } catch {
    // Not in this kernel, or not allowed: then it gets any pid.
  }
}
