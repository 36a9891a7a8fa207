import type { ArgsDef } from "citty";
import { LOG_FORMATS, LOG_LEVELS } from "../log.ts";
import { COLLECTORS } from "../collectors/registry.ts";

/** The flags of every command, as citty defines arguments; each collector has its switch. */
export const FLAGS: ArgsDef = {
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
    description: "Serve on the sockets that systemd hands over, instead of listening.",
  },
  "web.telemetry-path": {
    type: "string",
    default: "/metrics",
    valueHint: "path",
    description: "Where the metrics are.",
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
    description: "How log lines are written.",
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
    description: "Where login counters outlive a restart; without it, in STATE_DIRECTORY.",
  },
  "environment.file": {
    type: "string",
    default: "/etc/default/user_sessions_exporter",
    valueHint: "path",
    description: "The file that SIGHUP rereads.",
  },
  "accounts.getent": {
    type: "boolean",
    default: true,
    description: "Ask getent for names of directory users (LDAP, SSSD).",
    negativeDescription: "Start no getent: such users are shown as uids.",
  },
  ...Object.fromEntries(
    COLLECTORS.map(({ name, help }) => [
      `collector.${name}`,
      {
        type: "boolean" as const,
        default: true,
        description: `Collect ${help}.`,
        negativeDescription: `Leave out ${help}.`,
      },
    ]),
  ),
  version: { type: "boolean", description: "Print the version and end." },
  help: { type: "boolean", alias: "h", description: "Print this help and end." },
};

/** The flags that only the command `sessions` has. */
export const SESSIONS_FLAGS: ArgsDef = {
  json: { type: "boolean", description: "Print JSON instead of a table." },
};

/** The flags that only the command `doctor` has. */
export const DOCTOR_FLAGS: ArgsDef = {
  json: { type: "boolean", description: "Print JSON. The exit code is 1 when something is lost." },
};

/** What the environment sets, for the help text. */
export const ENVIRONMENT: readonly (readonly [name: string, description: string])[] = [
  ["PORT", "The port to serve metrics on; it overrides the one of the flag."],
  ["LOG_LEVEL", "The level; it overrides the one of the flag."],
  ["EXCLUDE_USERS", "Users to leave out of every metric, with commas between."],
  ["SSH_PORTS", "The ports of sshd, with commas between. (Default: 22)"],
  ["STATE_DIRECTORY", "Set by systemd: where login counters outlive a restart."],
];

/** The flags that can be given more than once. */
export const REPEATABLE = ["web.listen-address"] as const;
