import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  utimesSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** The hosts captured under test/fixtures, as its README describes them. */
export const hosts = [
  "debian11",
  "debian12",
  "debian13",
  "debian13-syslog",
  "debian12-nologind",
  "debian13-bare",
  "debian13-desktops",
] as const;
export type Host = (typeof hosts)[number];

/** tree.json: what git cannot keep of the host. Times are epoch seconds. */
export interface Manifest {
  capturedAt: number;
  release: string;
  /** Package version; empty where systemd did not run. */
  systemd: string;
  openssh: string;
  bootId: string;
  fifos: string[];
  times: Record<string, { atime: number; mtime: number; ctime: number; uid: number }>;
}

export interface ExpectedSession {
  username: string;
  tty: string;
  from_ip: string;
  session_type: "terminal" | "ssh-npty" | "vnc" | "graphical" | "rdp" | "web";
  count: number;
}

/** expected.json, written by hand. What a host has no source for is absent. */
export interface Expected {
  sessions: ExpectedSession[];
  session_count: number;
  logged_in_users: number;
  ssh_connections: number;
  /** As above, with the SSH ports 22 and 2222. */
  ssh_connections_22_2222: number;
  vnc_connections: number;
  failed_logins?: Record<"total" | "bad_credentials" | "invalid_user" | "no_credentials", number>;
  accepted_logins?: Record<string, number>;
  root_logins?: number;
}

export interface Tree {
  /** Where the host's `/` is, without a slash at the end. */
  path: string;
  capturedAtMs: number;
  manifest: Manifest;
  expected: Expected;
  /** Removes the copy. */
  dispose(): void;
}

/**
 * Copies a captured host to a folder of its own, so that a test may change it, and puts back its FIFOs
 * and the times of its terminals. Only a ctime, which no program can set, stays that of the copy.
 */
export function openTree(host: Host): Tree {
  const source = join(import.meta.dir, "../fixtures", host);
  const path = mkdtempSync(join(tmpdir(), `tree-${host}-`));
  // The links in /proc/PID/fd lead nowhere, and must not be resolved.
  cpSync(source, path, { recursive: true, verbatimSymlinks: true });
  const manifest: Manifest = JSON.parse(readFileSync(join(path, "tree.json"), "utf8"));
  const expected: Expected = JSON.parse(readFileSync(join(path, "expected.json"), "utf8"));

  const fifos = manifest.fifos.map((name) => join(path, name));
  for (const fifo of fifos) mkdirSync(dirname(fifo), { recursive: true });
  if (fifos.length > 0 && !Bun.spawnSync(["mkfifo", ...fifos]).success) {
    throw new Error(`mkfifo failed in ${path}`);
  }
  for (const [name, { atime, mtime }] of Object.entries(manifest.times)) {
    const file = join(path, name);
    if (existsSync(file)) utimesSync(file, atime, mtime);
  }
  return {
    path,
    capturedAtMs: Math.round(manifest.capturedAt * 1000),
    manifest,
    expected,
    dispose: () => rmSync(path, { recursive: true, force: true }),
  };
}
