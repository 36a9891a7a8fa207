/** What the host's own tools say, as tests compare the exporter with it. */
import { output } from "./run.ts";

/** A line of `ss`: an established TCP connection whose local end is a port of this host. */
export interface Socket {
  local: string;
  peer: string;
  pids: number[];
}

/** The established connections to a local port. The pids need root. */
export async function socketsTo(port: number): Promise<Socket[]> {
  const filter = ["state", "established", "sport", "=", `:${port}`];
  const lines = (await output(["ss", "-Htnp", ...filter])).split("\n").filter(Boolean);
  return lines.map((line) => {
    const [, , local = "", peer = "", users = ""] = line.split(/\s+/);
    const pids = [...users.matchAll(/pid=(\d+)/g)].map(([, pid]) => Number(pid));
    return { local: bareAddress(local), peer: bareAddress(peer), pids };
  });
}

/** `127.0.0.1:22`, `[::1]:22`, `[::ffff:127.0.0.1]:22` without the port, IPv4 as IPv4. */
function bareAddress(text: string): string {
  return text.replace(/:\d+$/, "").replace(/^\[(?:::ffff:(?=\d+\.))?(.*)\]$/, "$1");
}

export interface Process {
  user: string;
  pid: number;
  parentPid: number;
  rssBytes: number;
  args: string;
}

export async function processes(): Promise<Process[]> {
  const text = await output(["ps", "-e", "-o", "euser:64=,pid=,ppid=,rss=,args="]);
  return text
    .split("\n")
    .filter(Boolean)
    .map((line) => {
      const [, user, pid, parentPid, rss, args] =
        /^(\S+) +(\d+) +(\d+) +(\d+) ?(.*)$/.exec(line) ?? [];
      if (args === undefined) throw new Error(`ps printed: ${line}`);
      const rssBytes = Number(rss) * 1024;
      return { user: user!, pid: Number(pid), parentPid: Number(parentPid), rssBytes, args };
    });
}

/** `USER TTY ADDRESS` for each terminal that `who` lists for these users; nested tmux panes are none. */
export async function whoLines(users: readonly string[]): Promise<string[]> {
  // With a file named, who reads it, where newer ones would else ask logind.
  const lines = (await output(["who", "/run/utmp"], { env: { LC_ALL: "C" } })).split("\n");
  return lines
    .map((line) => /^(\S+) +(\S+) .*?([^\s()]+)\)?$/.exec(line))
    .filter((match) => match !== null && users.includes(match[1]!) && !/tmux/.test(match[0]))
    .map((match) => `${match![1]} ${match![2]} ${match![3]}`)
    .sort();
}

/** How many CPUs are online. */
export async function onlineCpus(): Promise<number> {
  return Number(await output(["getconf", "_NPROCESSORS_ONLN"]));
}
