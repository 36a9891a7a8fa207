/** The settings of the program, as parsed from flags and environment. */
import type { LogFormat, LogLevel } from "./log.ts";

/** An error that the person who starts the program has to fix: one line, exit code 2. */
export class ConfigError extends Error {
  override name = "ConfigError";

  /** The flag (`--NAME`) or environment variable that the message names, if any. */
  get setting(): string | undefined {
    return /^(--[\w.-]+|[A-Z_]+):/.exec(this.message)?.[1];
  }
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

export interface Config {
  /** All addresses to listen on. */
  listen: readonly ListenAddress[];
  /** Serves on the sockets that systemd passes, instead of `listen`. */
  systemdSocket: boolean;
  /** TLS, passwords and more, in the format of all Prometheus exporters; undefined for plain HTTP. */
  webConfigFile: string | undefined;
  /** The path of the metrics. */
  telemetryPath: string;
  logFormat: LogFormat;
  rootfs: string;
  /** Undefined means `/proc` below the rootfs. */
  procfs: string | undefined;
  /** The names of the enabled collectors. */
  collectors: ReadonlySet<string>;
  /** Whether getent may be asked for names that no file knows. */
  getent: boolean;
  /** Where counters are kept across restarts; undefined to keep none. */
  stateDirectory: string | undefined;
  /** Read again at SIGHUP. */
  environmentFile: string;
  privacy: PrivacyConfig;
  settings: Settings;
}

export interface PrivacyConfig {
  fromIp: "full" | "prefix" | "hash" | "none";
  /** Undefined means the key in the state directory. */
  keyFile: string | undefined;
  /** Whether `user_info` has the real names. */
  realNames: boolean;
}

/** The settings that a reload can change. A reload replaces the whole object, and each collection reads it once. */
export interface Settings {
  readonly logLevel: LogLevel;
  readonly sshPorts: ReadonlySet<number>;
  readonly users: UserRules;
}

/** Which users are shown. */
export interface UserRules {
  shows(name: string): boolean;
  /** Most users with series of their own; the rest is `other`. */
  readonly max: number;
}
