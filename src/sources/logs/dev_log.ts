/**
 * /dev/log: the socket to which programs send what they log. Under systemd it is a link to journald's
 * (systemd-journald-dev-log.socket since systemd 209); a syslog daemon that listens there itself replaces the link by
 * its own socket, and then journald receives nothing. man 3 syslog.
 */
import { lstatSync, readlinkSync } from "node:fs";
import { codeOf } from "../errors.ts";
import type { Root } from "../root.ts";

const DEV_LOG = "/dev/log";
const JOURNALD = "/run/systemd/journal/dev-log";

/** Who receives what is sent to /dev/log; `unknown` when it does not exist. */
export function readDevLogOwner(root: Root): "journald" | "other" | "unknown" {
  const path = root.path(DEV_LOG);
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return "unknown";
  if (stats.isSocket()) return "other";
  try {
    return readlinkSync(path).endsWith(JOURNALD) ? "journald" : "other";
  } catch (error) {
    // It is no link, or has just vanished.
    return codeOf(error) === "EINVAL" ? "other" : "unknown";
  }
}
