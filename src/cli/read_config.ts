import { resolve } from "node:path";
import { COLLECTORS } from "../collectors/registry.ts";
import { type Config, ConfigError, type ListenAddress, type UnixAddress } from "../config.ts";
import { LOG_FORMATS, LOG_LEVELS } from "../log.ts";
import { ShownUsers } from "../model/shown_users.ts";
import { ADDRESS_MODES, type Flags, defaultOf } from "./flags.ts";
import { namePattern } from "./name_pattern.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Merges flags and environment; the environment wins where both set the same thing.
 *
 * @throws ConfigError for the first invalid value: names the flag or variable, the value, and what is wanted
 */
export function readConfig(flags: Flags, env: Environment): Config {
  const level = env["LOG_LEVEL"]
    ? oneOf(LOG_LEVELS, env["LOG_LEVEL"], "LOG_LEVEL")
    : oneOf(LOG_LEVELS, flags["log.level"], "--log.level");
  return {
    listen: listenAddresses(flags["web.listen-address"], env["PORT"]),
    systemdSocket: flags["web.systemd-socket"],
    webConfigFile: flags["web.config.file"] ? resolve(flags["web.config.file"]) : undefined,
    telemetryPath: telemetryPath(flags["web.telemetry-path"]),
    logFormat: oneOf(LOG_FORMATS, flags["log.format"], "--log.format"),
    rootfs: absolute(flags["path.rootfs"], "--path.rootfs"),
    procfs: flags["path.procfs"] ? absolute(flags["path.procfs"], "--path.procfs") : undefined,
    collectors: enabledCollectors(flags),
    getent: flags["accounts.getent"],
    stateDirectory: stateDirectory(flags, env),
    environmentFile: absolute(flags["environment.file"], "--environment.file"),
    privacy: {
      fromIp: oneOf(ADDRESS_MODES, flags["privacy.from-ip"], "--privacy.from-ip"),
      keyFile: flags["privacy.key-file"]
        ? absolute(flags["privacy.key-file"], "--privacy.key-file")
        : undefined,
      realNames: flags["users.real-name"],
    },
    settings: Object.freeze({
      logLevel: level,
      sshPorts: parseSshPorts(env["SSH_PORTS"]),
      users: new ShownUsers({
        excludedNames: parseUsers(env["EXCLUDE_USERS"]),
        include: optionalPattern(flags, "users.include"),
        exclude: optionalPattern(flags, "users.exclude"),
        max: parseMaxUsers(flags["users.max"]),
      }),
    }),
  };
}

/** The config with defaults instead of invalid values, and an error for each of these. */
export function readConfigLeniently(
  flags: Flags,
  env: Environment,
): { config: Config; faults: ConfigError[] } {
  const [goodFlags, goodEnv] = [{ ...flags }, { ...env }];
  const faults: ConfigError[] = [];
  for (;;) {
    try {
      return { config: readConfig(goodFlags, goodEnv), faults };
    } catch (error) {
      if (!(error instanceof ConfigError) || error.setting === undefined) throw error;
      faults.push(error);
      const name = error.setting.replace("--", "");
      if (error.setting.startsWith("--")) Object.assign(goodFlags, { [name]: defaultOf(name) });
      else goodEnv[name] = undefined;
    }
  }
}

/** PORT overrides only the port: a host in the flag stays. */
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

/** The kernel's limit for the path of a socket, man 7 unix. */
const MAX_SOCKET_PATH_BYTES = 107;

function parseUnixAddress(text: string): UnixAddress {
  const [, path, mode] = /^unix:(\/[^?]+)(?:\?mode=(0?[0-7]{3}))?$/.exec(text) ?? [];
  if (path === undefined) throw badAddress(text);
  if (Buffer.byteLength(path) > MAX_SOCKET_PATH_BYTES) {
    throw new ConfigError(
      `--web.listen-address: invalid socket path "${path}": want ${MAX_SOCKET_PATH_BYTES} bytes at most`,
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
  throw new ConfigError(`${name}: invalid port "${text}": want ${lowest} to 65535`);
}

/** `root bob` is more likely two names without a comma than one name with a blank, except in a Windows domain. */
function parseUsers(text: string | undefined): ReadonlySet<string> {
  const names = listOf(text);
  const bad = names.find((name) => name.includes(":") || /^[^\\@]*\s[^\\@]*$/.test(name));
  if (bad === undefined) return new Set(names);
  throw new ConfigError(
    `EXCLUDE_USERS: invalid user name "${bad}": want names separated by commas`,
  );
}

function optionalPattern(
  flags: Flags,
  name: "users.include" | "users.exclude",
): RegExp | undefined {
  const text = flags[name];
  return text === undefined ? undefined : namePattern(text, `--${name}`);
}

const MOST_USERS = 1_000_000;

function parseMaxUsers(text: string): number {
  const max = /^\d{1,7}$/.test(text) ? Number(text) : Number.NaN;
  if (max >= 1 && max <= MOST_USERS) return max;
  throw new ConfigError(`--users.max: invalid number "${text}": want 1 to ${MOST_USERS}`);
}

function parseSshPorts(text: string | undefined): ReadonlySet<number> {
  const words = listOf(text);
  if (words.length === 0) return new Set([22]);
  return new Set(words.map((word) => parsePort(word, "SSH_PORTS", 1)));
}

/** systemd passes a list separated by colons when a unit has several; the first one is ours. */
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
  throw new ConfigError(`${name}: invalid value "${text}": want one of ${values.join(", ")}`);
}

function absolute(path: string, name: string): string {
  if (path.startsWith("/")) return path;
  throw new ConfigError(`${name}: invalid path "${path}": want an absolute path`);
}

/** All collectors, unless flags say otherwise. */
function enabledCollectors(flags: Flags): ReadonlySet<string> {
  const byDefault = !flags["collector.disable-defaults"];
  const names = COLLECTORS.map(({ name }) => name);
  return new Set(names.filter((name) => flags[`collector.${name}`] ?? byDefault));
}
