import { LOG_FORMATS, LOG_LEVELS, type LogFormat, type LogLevel } from "./log.ts";

/** Something the person who starts the program has to put right: one line, exit code 2. */
export class ConfigError extends Error {
  override name = "ConfigError";
}

export interface ListenAddress {
  /** Undefined listens on all addresses. */
  host: string | undefined;
  port: number;
}

/** All that can be set, checked. */
export interface Config {
  listen: ListenAddress;
  logLevel: LogLevel;
  logFormat: LogFormat;
  rootfs: string;
  /** Undefined takes `/proc` below the rootfs. */
  procfs: string | undefined;
  /** The names of the collectors that run. */
  collectors: ReadonlySet<string>;
  /** Whether getent may be asked for names that no file knows. */
  getent: boolean;
  /** Where counters outlive the program; undefined for nowhere. */
  stateDirectory: string | undefined;
  excludeUsers: ReadonlySet<string>;
  sshPorts: ReadonlySet<number>;
  /** Read again at SIGHUP. */
  environmentFile: string;
}

/** The flags as they were given, or their defaults. */
export interface Flags {
  "web.listen-address": string;
  "log.level": string;
  "log.format": string;
  "path.rootfs": string;
  "path.procfs"?: string | undefined;
  "state.directory"?: string | undefined;
  "environment.file": string;
  "accounts.getent": boolean;
  collectors: ReadonlySet<string>;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Joins flags and environment; where both speak of one thing, the environment wins.
 *
 * @throws ConfigError naming the first value that is no good, and what would be
 */
export function readConfig(flags: Flags, env: Environment): Config {
  const listen = parseListenAddress(flags["web.listen-address"]);
  if (env["PORT"]) listen.port = parsePort(env["PORT"], "PORT");
  const level = env["LOG_LEVEL"]
    ? oneOf(LOG_LEVELS, env["LOG_LEVEL"], "LOG_LEVEL")
    : oneOf(LOG_LEVELS, flags["log.level"], "--log.level");
  return {
    listen,
    logLevel: level,
    logFormat: oneOf(LOG_FORMATS, flags["log.format"], "--log.format"),
    rootfs: absolute(flags["path.rootfs"], "--path.rootfs"),
    procfs: flags["path.procfs"] ? absolute(flags["path.procfs"], "--path.procfs") : undefined,
    collectors: flags.collectors,
    getent: flags["accounts.getent"],
    stateDirectory: stateDirectory(flags, env),
    excludeUsers: parseUsers(env["EXCLUDE_USERS"]),
    sshPorts: parseSshPorts(env["SSH_PORTS"]),
    environmentFile: absolute(flags["environment.file"], "--environment.file"),
  };
}

/** `:10041`, `127.0.0.1:10041`, `host:10041`, `[::1]:10041`. */
export function parseListenAddress(text: string): ListenAddress {
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([^:[\]\s]*)):([^:]*)$/.exec(text);
  if (!match) {
    throw new ConfigError(
      `--web.listen-address: "${text}" is no address; give :PORT, HOST:PORT or [IPV6]:PORT`,
    );
  }
  const port = parsePort(match[3]!, "--web.listen-address");
  return { host: match[1] ?? (match[2] || undefined), port };
}

function parsePort(text: string, name: string, lowest = 0): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : NaN;
  if (port >= lowest && port <= 65535) return port;
  throw new ConfigError(`${name}: "${text}" is no port; give a number from ${lowest} to 65535`);
}

/** `root bob` is more likely two names without a comma than one with a blank, but in a Windows domain. */
function parseUsers(text: string | undefined): ReadonlySet<string> {
  const names = listOf(text);
  const bad = names.find((name) => name.includes(":") || /^[^\\@]*\s[^\\@]*$/.test(name));
  if (bad === undefined) return new Set(names);
  throw new ConfigError(`EXCLUDE_USERS: "${bad}" is no user name; give names with commas between`);
}

function parseSshPorts(text: string | undefined): ReadonlySet<number> {
  const words = listOf(text);
  if (words.length === 0) return new Set([22]);
  return new Set(words.map((word) => parsePort(word, "SSH_PORTS", 1)));
}

/** systemd gives a list with colons where a unit has several; the first is ours. */
function stateDirectory(flags: Flags, env: Environment): string | undefined {
  const given = flags["state.directory"];
  if (given) return absolute(given, "--state.directory");
  const first = env["STATE_DIRECTORY"]?.split(":")[0];
  return first ? absolute(first, "STATE_DIRECTORY") : undefined;
}

function listOf(text: string | undefined): string[] {
  return (text ?? "")
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "");
}

function oneOf<T extends string>(values: readonly T[], text: string, name: string): T {
  const value = values.find((candidate) => candidate === text.toLowerCase());
  if (value !== undefined) return value;
  throw new ConfigError(`${name}: "${text}" is unknown; give one of ${values.join(", ")}`);
}

function absolute(path: string, name: string): string {
  if (path.startsWith("/")) return path;
  throw new ConfigError(`${name}: "${path}" is no absolute path; give one that begins with /`);
}
