/** What can be set, and in what form the rest of the program is told. */
import type { LogFormat, LogLevel } from "./log.ts";

/** Something the person who starts the program has to put right: one line, exit code 2. */
export class ConfigError extends Error {
  override name = "ConfigError";

  /** The flag (`--NAME`) or environment variable that the message is about, where it is about one. */
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
  /** All of them are listened on. */
  listen: readonly ListenAddress[];
  /** Takes the sockets that systemd hands over, in place of `listen`. */
  systemdSocket: boolean;
  /** TLS, passwords and more, as all exporters have it; undefined for plain HTTP. */
  webConfigFile: string | undefined;
  /** Where the metrics are. */
  telemetryPath: string;
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
  /** Read again at SIGHUP. */
  environmentFile: string;
  privacy: PrivacyConfig;
  settings: Settings;
}

export interface PrivacyConfig {
  fromIp: "full" | "prefix" | "hash" | "none";
  /** Undefined for one in the state directory. */
  keyFile: string | undefined;
  /** Whether `user_info` has the real names. */
  realNames: boolean;
}

/** What a reload can change. It is replaced as a whole, and taken once for each collection. */
export interface Settings {
  readonly logLevel: LogLevel;
  readonly sshPorts: ReadonlySet<number>;
  readonly users: UserRules;
}

/** Which users are shown. */
export interface UserRules {
  shows(name: string): boolean;
  /** So many have series of their own, the rest is `other`. */
  readonly max: number;
}
