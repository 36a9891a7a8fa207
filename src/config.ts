import { resolve } from "node:path";
import { LOG_FORMATS, LOG_LEVELS, type LogFormat, type LogLevel } from "./log.ts";

/** Something the person who starts the program has to put right: one line, exit code 2. */
export class ConfigError extends Error {
  override name = "ConfigError";
}

export interface TcpAddress {
  /** Undefined listens on all addresses. */
  host: string | undefined;
  port: number;
}

/** A Unix socket in the file system. */
export interface UnixAddress {
  path: string;
  /** The permissions of the socket's file. */
  mode: number;
}

export type ListenAddress = TcpAddress | UnixAddress;

/** All that can be set, checked. */
export interface Config {
  /** All of them are listened on. */
  listen: readonly ListenAddress[];
  /** Takes the sockets that systemd hands over, in place of `listen`. */
  systemdSocket: boolean;
  /** TLS, passwords and more, as all exporters have it; undefined for plain HTTP. */
  webConfigFile: string | undefined;
  /** Where the metrics are. */
  telemetryPath: string;
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
  /** Once for each time that the flag is given. */
  "web.listen-address": readonly string[];
  "web.systemd-socket"?: boolean;
  "web.config.file"?: string | undefined;
  "web.telemetry-path"?: string | undefined;
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
  const level = env["LOG_LEVEL"]
    ? oneOf(LOG_LEVELS, env["LOG_LEVEL"], "LOG_LEVEL")
    : oneOf(LOG_LEVELS, flags["log.level"], "--log.level");
  return {
    listen: listenAddresses(flags["web.listen-address"], env["PORT"]),
    systemdSocket: flags["web.systemd-socket"] ?? false,
    webConfigFile: flags["web.config.file"] ? resolve(flags["web.config.file"]) : undefined,
    telemetryPath: telemetryPath(flags["web.telemetry-path"] ?? "/metrics"),
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

/** PORT overrides the port, and only the port: a host that the flag gives stays. */
function listenAddresses(texts: readonly string[], port: string | undefined): ListenAddress[] {
  const addresses = texts.map(parseListenAddress);
  if (!port) return addresses;
  const [tcp, ...others] = addresses.filter((address) => "port" in address);
  if (!tcp || others.length > 0) {
    throw new ConfigError(
      "PORT: want exactly one --web.listen-address with a port, to override it",
    );
  }
  const override = { host: tcp.host, port: parsePort(port, "PORT") };
  return addresses.map((address) => (address === tcp ? override : address));
}

/** `:10041`, `127.0.0.1:10041`, `host:10041`, `[::1]:10041`, `unix:/run/x.sock`, `unix:/run/x.sock?mode=0600`. */
export function parseListenAddress(text: string): ListenAddress {
  if (text.startsWith("unix:")) return parseUnixAddress(text);
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([^:[\]\s]*)):([^:]*)$/.exec(text);
  if (!match) throw badAddress(text);
  const port = parsePort(match[3]!, "--web.listen-address");
  return { host: match[1] ?? (match[2] || undefined), port };
}

const DEFAULT_SOCKET_MODE = 0o660;

/** The kernel's limit for a socket's path, man 7 unix. */
const MAX_SOCKET_PATH_BYTES = 107;

function parseUnixAddress(text: string): UnixAddress {
  const [, path, mode] = /^unix:(\/[^?]+)(?:\?mode=(0?[0-7]{3}))?$/.exec(text) ?? [];
  if (path === undefined) throw badAddress(text);
  if (Buffer.byteLength(path) > MAX_SOCKET_PATH_BYTES) {
    throw new ConfigError(
      `--web.listen-address: path of the socket "${path}" is too long: want ${MAX_SOCKET_PATH_BYTES} bytes at most`,
    );
  }
  return { path, mode: mode === undefined ? DEFAULT_SOCKET_MODE : Number.parseInt(mode, 8) };
}

function badAddress(text: string): ConfigError {
  const wanted = "want :PORT, HOST:PORT, [IPV6]:PORT, unix:/PATH or unix:/PATH?mode=0660";
  return new ConfigError(`--web.listen-address: invalid address "${text}": ${wanted}`);
}

function telemetryPath(text: string): string {
  const isTaken = text.startsWith("/-/") || text.startsWith("/api/");
  if (/^\/[\w.~/-]*$/.test(text) && !text.includes("//") && !isTaken) return text;
  throw new ConfigError(
    `--web.telemetry-path: invalid path "${text}": want a path like /metrics, not below /-/ or /api/`,
  );
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
