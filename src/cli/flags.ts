import type { ArgsDef } from "citty";
import { LOG_FORMATS, LOG_LEVELS } from "../log.ts";
import { COLLECTORS } from "../collectors/registry.ts";

/** The flags of every command, as citty defines arguments; each collector has its switch. */
export const FLAGS: ArgsDef = {
  "web.listen-address": {
    type: "string",
    default: ":10041",
    valueHint: "host:port",
    description: "Where to serve metrics; the environment's PORT overrides the port.",
  },
  "log.level": {
    type: "string",
    default: "info",
    valueHint: LOG_LEVELS.join("|"),
    description: "The least grave messages to log; the environment's LOG_LEVEL overrides it.",
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
    default: "",
    valueHint: "path",
    description: "Where the host's /proc is mounted; without it, proc below the rootfs.",
  },
  "state.directory": {
    type: "string",
    default: "",
    valueHint: "path",
    description:
      "Where login counters are kept over a restart; without it, systemd's STATE_DIRECTORY, else nowhere.",
  },
  "environment.file": {
    type: "string",
    default: "/etc/default/user_sessions_exporter",
    valueHint: "path",
    description: "What SIGHUP reads LOG_LEVEL, EXCLUDE_USERS and SSH_PORTS from.",
  },
  "accounts.getent": {
    type: "boolean",
    default: true,
    description: "Ask getent for the names of users of a directory service (LDAP, SSSD).",
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
