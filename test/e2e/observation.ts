/** What the exporter and the host's tools said at one moment, read from test/e2e/machine/guest/observe.sh. */
import { type Metrics, parseMetrics } from "../helpers/metrics_text.ts";

export interface Process {
  pid: number;
  user: string;
  rssBytes: number;
  args: string;
}

export interface Socket {
  localPort: number;
  peer: string;
}

export interface Observation {
  metrics: Metrics;
  processes: Process[];
  /** Just before the exporter was asked, and just after. */
  cpuBefore: SliceCpu;
  cpuAfter: SliceCpu;
  /** When a terminal was last typed on, in seconds since the epoch, by name: `pts/0`. */
  lastInput: Map<string, number>;
  sockets: Socket[];
  /** `USER REMOTE_HOST` of each login that logind holds open; a dash for no host. */
  logind: string[];
  /** The lines of `w`. */
  w: string[];
  /** Whether the host still has /run/utmp, from which `w` reads where it is. */
  hasUtmp: boolean;
}

export interface SliceCpu {
  /** Since the epoch. */
  timeSeconds: number;
  /** CPU seconds of the slice that holds a user's logins, by uid. */
  byUid: Map<number, number>;
}

export function parseObservation(output: string): Observation {
  const parts = new Map<string, string[]>();
  for (const part of output.split(/^=== /m).slice(1)) {
    const [name = "", ...lines] = part.split("\n");
    parts.set(
      name,
      lines.filter((line) => line !== ""),
    );
  }
  const lines = (name: string) => parts.get(name) ?? [];
  return {
    metrics: parseMetrics(lines("metrics").join("\n")),
    processes: lines("ps").map(parseProcess),
    cpuBefore: parseCpu(lines("cpu_before")),
    cpuAfter: parseCpu(lines("cpu_after")),
    lastInput: new Map(
      lines("tty").map((line) => {
        const [path = "", seconds] = line.split(" ");
        return [path.replace("/dev/", ""), Number(seconds)];
      }),
    ),
    sockets: lines("ss").map(parseSocket),
    logind: parseLogind(lines("loginctl")),
    w: lines("w"),
    hasUtmp: lines("utmp")[0] === "yes",
  };
}

/** The sessions as one line each, `USER TYPE TTY ADDRESS`, as often as their value says. */
export function sessionLines({ metrics }: Observation): string[] {
  return metrics
    .series("user_sessions_session_active")
    .flatMap(({ labels, value }) => Array.from({ length: value }, () => sessionLine(labels)))
    .sort();
}

/** `USER TYPE TTY ADDRESS`, with a dash for what is empty. */
export function sessionLine(labels: Record<string, string>): string {
  const { username, session_type, tty, from_ip } = labels;
  return [username, session_type, tty || "-", from_ip || "-"].join(" ");
}

/** The PTYs that sshd names in its processes' titles, as `USER pts/N`. */
export function sshTerminals({ processes }: Observation): string[] {
  return processes
    .flatMap(({ args }) => {
      const [, user, ttys] = /^sshd(?:-session)?: (\S+)@(pts\/\S+)$/.exec(args) ?? [];
      return ttys ? ttys.split(",").map((tty) => `${user} ${tty}`) : [];
    })
    .sort();
}

/** `USER TTY` of each line of `w`. */
export function wTerminals({ w }: Observation): string[] {
  return w.map((line) => line.split(/\s+/).slice(0, 2).join(" ")).sort();
}

function parseProcess(line: string): Process {
  const [, pid, , user, rss, args = ""] = /^ *(\d+) +(\d+) +(\S+) +(\d+) ?(.*)$/.exec(line) ?? [];
  if (pid === undefined) throw new Error(`ps printed: ${line}`);
  return { pid: Number(pid), user: user!, rssBytes: Number(rss) * 1024, args: args.trimEnd() };
}

function parseCpu([time, ...slices]: readonly string[]): SliceCpu {
  const byUid = slices.map((line): [number, number] => {
    const [, uid, microseconds] =
      /\/user-(\d+)\.slice\/cpu\.stat:usage_usec (\d+)$/.exec(line) ?? [];
    return [Number(uid), Number(microseconds) / 1e6];
  });
  return { timeSeconds: Number(time), byUid: new Map(byUid) };
}

function parseSocket(line: string): Socket {
  const [, , local = "", peer = ""] = line.trim().split(/\s+/);
  return {
    localPort: Number(/\d+$/.exec(local)?.[0]),
    peer: withoutMapping(peer.replace(/:\d+$/, "").replace(/^\[(.*)\]$/, "$1")),
  };
}

/** `loginctl show-session` begins each session with its Id. */
function parseLogind(lines: readonly string[]): string[] {
  const sessions: Record<string, string>[] = [];
  for (const line of lines) {
    const [, key = "", value = ""] = /^(\w+)=(.*)$/.exec(line) ?? [];
    if (sessions.at(-1)?.[key] !== undefined || sessions.length === 0) sessions.push({});
    sessions.at(-1)![key] = value;
  }
  return sessions
    .filter(({ Class, State }) => Class!.startsWith("user") && State !== "closing")
    .map(({ Name, RemoteHost }) => `${Name} ${withoutMapping(RemoteHost || "-")}`)
    .sort();
}

/** An IPv4 address that an IPv6 socket has, without what stands before it there. */
function withoutMapping(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/, "");
}
