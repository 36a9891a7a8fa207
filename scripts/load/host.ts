/** A host that changes all the time: users, sessions, processes and the auth log. */
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MAX_ORIGINS } from "../../src/model/auth/failure_window.ts";

const CHANGE_MS = 100;
const MOST_SESSIONS = 40;

/** Failures of an address are counted by spans of five minutes. */
const SPANS = 12;
const SPAN_MS = 300_000;

/** A shell that runs short processes one after the other. */
const FORKS =
  "while :; do i=0; while [ $i -lt 20 ]; do /bin/true; i=$((i+1)); done; sleep 0.02; done";

export class ChangingHost {
  readonly folder = mkdtempSync(join(tmpdir(), "load-"));
  /** The number of logged lines. */
  lines = 0;
  private readonly leaders: Bun.Subprocess[] = [];
  private readonly storm: Bun.Subprocess[] = [];
  private timer: ReturnType<typeof setInterval> | undefined;
  private round = 0;

  /** @param linesPerSecond how fast the auth log grows */
  constructor(private readonly linesPerSecond: number) {
    for (const path of ["etc", "var/log", "run/systemd/sessions", "run/systemd/seats"]) {
      mkdirSync(join(this.folder, path), { recursive: true });
    }
    writeFileSync(join(this.folder, "run/systemd/seats/seat0"), "CAN_GRAPHICAL=0\n");
    writeFileSync(join(this.folder, "etc/group"), "root:x:0:\nusers:x:100:\n");
    this.write("var/log/auth.log", hourOfGuesses());
    for (let i = 0; i < MOST_SESSIONS; i++) this.leaders.push(Bun.spawn(["sleep", "infinity"]));
  }

  start(): void {
    this.timer = setInterval(() => this.change(), CHANGE_MS);
  }

  startForkStorm(): void {
    for (let i = 0; i < 2; i++) this.storm.push(Bun.spawn(["sh", "-c", FORKS]));
  }

  end(): void {
    clearInterval(this.timer);
    for (const child of [...this.leaders, ...this.storm]) child.kill("SIGKILL");
    rmSync(this.folder, { recursive: true, force: true });
  }

  private change(): void {
    const round = this.round++;
    // Their number rises and falls periodically.
    const users = 50 + Math.round(40 * Math.sin(round / 7));
    const names = Array.from({ length: users }, (_, i) => `u${i}:x:${1000 + i}:100:User ${i}:/:`);
    this.write("etc/passwd", `root:x:0:0:::\n${names.join("\n")}\n`);
    for (const [i, { pid }] of this.leaders.entries()) {
      const path = `run/systemd/sessions/${i}`;
      if ((i + round) % 3 === 0) rmSync(join(this.folder, path), { force: true });
      else this.write(path, sessionFile(i, pid));
    }
    if (round % 600 === 599) this.write("var/log/auth.log", "");
    const nowMs = Date.now();
    let text = "";
    for (let i = 0; i < (this.linesPerSecond * CHANGE_MS) / 1000; i++) {
      text += guess(nowMs, this.lines++);
    }
    appendFileSync(join(this.folder, "var/log/auth.log"), text);
  }

  private write(path: string, text: string): void {
    writeFileSync(join(this.folder, path), text);
  }
}

/**
 * An hour of log in which the maximum number of tracked addresses failed in each five minutes, since the window of the
 * last hour is bounded and would take an hour to fill.
 */
function hourOfGuesses(): string {
  const startMs = Date.now() - SPANS * SPAN_MS + SPAN_MS / 2;
  const lines: string[] = [];
  for (let span = 0; span < SPANS; span++) {
    for (let n = 0; n < MAX_ORIGINS; n++) lines.push(guess(startMs + span * SPAN_MS, n));
  }
  return lines.join("");
}

function guess(timeMs: number, n: number): string {
  const from = `198.51.${(n >> 8) & 255}.${n & 255} port ${1024 + (n % 60000)} ssh2`;
  const stamp = new Date(timeMs).toISOString();
  return `${stamp} host sshd[${n % 30000}]: Failed password for invalid user x${n % 97} from ${from}\n`;
}

function sessionFile(number: number, leader: number): string {
  return `UID=${1000 + (number % 20)}
USER=u${number % 20}
ACTIVE=1
STATE=active
REMOTE=1
TYPE=tty
CLASS=user
REMOTE_HOST=198.51.100.${number}
SERVICE=sshd
LEADER=${leader}
REALTIME=${Date.now() * 1000}
`;
}
