import type { ArgsDef, ParsedArgs } from "citty";
import { LOG_FORMATS, LOG_LEVELS } from "../log.ts";
import { COLLECTORS } from "../collectors/registry.ts";

export const ADDRESS_MODES = ["full", "prefix", "hash", "none"] as const;

/** The flags of every command, as citty defines arguments. */
const COMMON_FLAGS = {
  "web.listen-address": {
    type: "string",
    default: ":10041",
    valueHint: "host:port",
    description: "Where to serve metrics: also unix:/path; can be given more than once.",
  },
  "web.config.file": {
    type: "string",
    valueHint: "path",
    description: "TLS, passwords and more, in the format of all Prometheus exporters.",
  },
  "web.systemd-socket": {
    type: "boolean",
    default: false,
    description: "Serve on the sockets that systemd hands over, instead of listening.",
  },
  "web.telemetry-path": {
    type: "string",
    default: "/metrics",
    valueHint: "path",
    description: "The path of the metrics.",
  },
  "log.level": {
    type: "string",
    default: "info",
    valueHint: LOG_LEVELS.join("|"),
    description: "Log messages of this level and above.",
  },
  "log.format": {
    type: "string",
    default: "logfmt",
    valueHint: LOG_FORMATS.join("|"),
    description: "The format of log lines.",
  },
  "path.rootfs": {
    type: "string",
    default: "/",
    valueHint: "path",
    description: "Where the host's / is mounted.",
  },
  "path.procfs": {
    type: "string",
    valueHint: "path",
    description: "Where the host's /proc is mounted; without it, proc below the rootfs.",
  },
  "state.directory": {
    type: "string",
    valueHint: "path",
    description: "Where login counters are kept across restarts; without it, in STATE_DIRECTORY.",
  },
  "environment.file": {
    type: "string",
    default: "/etc/default/user_sessions_exporter",
    valueHint: "path",
    description: "The environment file that SIGHUP reloads.",
  },
  "accounts.getent": {
    type: "boolean",
    default: true,
    description: "Ask getent for names of directory users (LDAP, SSSD).",
    negativeDescription: "Never start getent; users whom only it knows are shown as uids.",
  },
  "privacy.from-ip": {
    type: "string",
    default: "full",
    valueHint: ADDRESS_MODES.join("|"),
    description:
      "How addresses are shown: in full, their network (/24, /48), a keyed hash, not at all.",
  },
  "privacy.key-file": {
    type: "string",
    valueHint: "path",
    description: "The key of the hash; without it, privacy.key in the state directory.",
  },
  "users.real-name": {
    type: "boolean",
    default: true,
    description: "Show the real names of users.",
    negativeDescription: "Show no real names.",
  },
  "users.include": {
    type: "string",
    valueHint: "regexp",
    description: "Show only users whose whole name matches.",
  },
  "users.exclude": {
    type: "string",
    valueHint: "regexp",
    description: "Leave out users whose whole name matches; it wins over --users.include.",
  },
  "users.max": {
    type: "string",
    default: "2000",
    valueHint: "number",
    description: 'The most users with series of their own; the rest is username="other".',
  },
  "collector.disable-defaults": {
    type: "boolean",
    default: false,
    description: "Run only the collectors that a flag names.",
  },
  version: { type: "boolean", alias: "V", description: "Print the version and exit." },
  help: { type: "boolean", alias: "h", description: "Print this help and exit." },
} as const satisfies ArgsDef;

/** The switch of each collector. It has no default: all run unless another flag says otherwise. */
const COLLECTOR_FLAGS: ArgsDef = Object.fromEntries(
  COLLECTORS.map(({ name, help }) => [
    `collector.${name}`,
    {
      type: "boolean" as const,
      description: `Collect ${help}.`,
      negativeDescription: `Leave out ${help}.`,
    },
  ]),
);

export const FLAGS: ArgsDef = { ...COMMON_FLAGS, ...COLLECTOR_FLAGS };

/** The flags that can be given more than once. */
export const REPEATABLE = ["web.listen-address"] as const;

/** The value of a flag that was not given. */
export function defaultOf(name: string): unknown {
  const value = FLAGS[name]?.default;
  return (REPEATABLE as readonly string[]).includes(name) ? [value] : value;
}

/** The flags as they were given, or their defaults. */
export type Flags = Omit<
  Pick<ParsedArgs<typeof COMMON_FLAGS>, keyof typeof COMMON_FLAGS>,
  (typeof REPEATABLE)[number]
> &
  Record<(typeof REPEATABLE)[number], readonly string[]> & {
    readonly [collector: `collector.${string}`]: boolean | undefined;
  };

/** The flags that only the command `sessions` has. */
export const SESSIONS_FLAGS: ArgsDef = {
  json: { type: "boolean", description: "Print JSON instead of a table." },
  watch: {
    type: "boolean",
    description: "Repeat until interrupted; with --json print one document a line.",
  },
  interval: {
    type: "string",
    default: "2",
    valueHint: "seconds",
    description: "How long --watch waits between two lists.",
  },
};

/** The flags that only the command `doctor` has. */
export const DOCTOR_FLAGS: ArgsDef = {
  json: { type: "boolean", description: "Print JSON. The exit code is 1 when something is lost." },
};

/** The environment variables, for the help text. */
export const ENVIRONMENT: readonly (readonly [name: string, description: string])[] = [
  ["PORT", "The port to serve metrics on; overrides the port of the flag."],
  ["LOG_LEVEL", "The log level; overrides the flag."],
  ["EXCLUDE_USERS", "Users to leave out, separated by commas."],
  ["SSH_PORTS", "The ports of sshd, separated by commas. (Default: 22)"],
  ["STATE_DIRECTORY", "Set by systemd: where login counters are kept across restarts."],
];
