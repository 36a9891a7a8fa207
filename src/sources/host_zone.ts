/**
 * The host's time zone, in which its programs write local times: `/etc/localtime`, a link to a file of
 * `/usr/share/zoneinfo` or a copy of one (man 5 localtime); if it is missing, the name in `/etc/timezone` (Debian) or
 * the rule in `/etc/TZ` (OpenWrt). Without any of them the zone is UTC.
 */
import { readlinkSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { isShortage } from "./errors.ts";
import { parsePosixZone, type TimeZone, UTC } from "./posix_zone.ts";
import { readRegular } from "./regular_file.ts";
import type { Root } from "./root.ts";
import { parseTzif } from "./tzif.ts";

/** The largest file of zoneinfo has less than 4 KiB. */
const LIMIT_BYTES = 64 * 1024;
const LOCALTIME = "/etc/localtime";
const TIMEZONE = "/etc/timezone";
const POSIX_TZ = "/etc/TZ";
const ZONEINFO = "/usr/share/zoneinfo/";
const ZONE_NAME = /^[A-Za-z0-9_+-]{1,64}(?:\/[A-Za-z0-9_+-]{1,64}){0,3}$/;

export class HostZone {
  private zone: TimeZone = UTC;
  private version: string | undefined;

  constructor(private readonly root: Root) {}

  /**
   * The present zone; the files are read again when they have changed.
   *
   * @throws at the first call, the system's error when it is short of a resource, such as descriptors
   */
  get(): TimeZone {
    const version = [LOCALTIME, TIMEZONE, POSIX_TZ]
      .map((path) => versionOf(followLink(this.root, path)))
      .join(" ");
    if (version === this.version) return this.zone;
    try {
      this.zone = readZone(this.root);
      this.version = version;
    } catch (error) {
      // The last zone stays in use until the files can be read again.
      if (this.version === undefined) throw error;
    }
    return this.zone;
  }
}

function readZone(root: Root): TimeZone {
  const localtime = readZoneFile(followLink(root, LOCALTIME));
  if (localtime !== undefined) return localtime;
  const target = linkTarget(root.path(LOCALTIME));
  const names = [target?.split("zoneinfo/")[1], readText(root.path(TIMEZONE))];
  for (const name of names) {
    const zone = name === undefined ? undefined : zoneNamed(root, name);
    if (zone !== undefined) return zone;
  }
  return parsePosixZone(readText(root.path(POSIX_TZ)) ?? "") ?? UTC;
}

/** The zone of a name: from the host's zoneinfo, else from this machine's, else from the runtime. */
function zoneNamed(root: Root, name: string): TimeZone | undefined {
  if (!ZONE_NAME.test(name)) return undefined;
  const file = readZoneFile(root.path(ZONEINFO + name)) ?? readZoneFile(ZONEINFO + name);
  if (file !== undefined) return file;
  try {
    return zoneOfRuntime(name);
  } catch {
    return undefined; // No zone of this name.
  }
}

/** A zone from the runtime's data, without abbreviations. @throws RangeError for an unknown name */
export function zoneOfRuntime(timeZone: string): TimeZone {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  const offsetAt = (utcSeconds: number) => {
    const parts = format.formatToParts(utcSeconds * 1000);
    const part = (type: string) => Number(parts.find((each) => each.type === type)?.value);
    const [year, month, day] = [part("year"), part("month"), part("day")];
    const localMs = Date.UTC(year, month - 1, day, part("hour"), part("minute"), part("second"));
    return localMs / 1000 - Math.floor(utcSeconds);
  };
  return { offsetAt, offsetOf: () => undefined };
}

function readZoneFile(path: string): TimeZone | undefined {
  try {
    return parseTzif(readRegular(path, LIMIT_BYTES));
  } catch (error) {
    if (isShortage(error)) throw error;
    return undefined;
  }
}

function readText(path: string): string | undefined {
  try {
    return readRegular(path, LIMIT_BYTES).toString("latin1").trim();
  } catch (error) {
    if (isShortage(error)) throw error;
    return undefined;
  }
}

/** The path of a file, with a link resolved relative to the host's root. */
function followLink(root: Root, absolute: string): string {
  const path = root.path(absolute);
  const target = linkTarget(path);
  if (target === undefined) return path;
  return target.startsWith("/") ? root.path(target) : join(dirname(path), target);
}

function linkTarget(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined; // It is no link, or does not exist.
  }
}

function versionOf(path: string): string {
  try {
    const { dev, ino, size, mtimeMs } = statSync(path);
    return `${dev}:${ino}:${size}:${mtimeMs}`;
  } catch {
    return "none";
  }
}
