/**
 * `/run/systemd/dynamic-uid`: links between uid and name of the users that systemd makes for services
 * (DynamicUser= in man 5 systemd.exec): `direct:UID` leads to the name, `direct:NAME` to the uid. Such
 * users are in no file, and gone when the service is.
 */
import { readlinkSync } from "node:fs";
import type { Root } from "../root.ts";

const FOLDER = "/run/systemd/dynamic-uid";

/** The range of uids that systemd uses for these users. */
const FIRST_UID = 61184;
const LAST_UID = 65519;

/** The user names that systemd accepts in a unit. */
const USER_NAME = /^[A-Za-z_][\w-]{0,255}$/;

/** @returns the name; undefined when the uid is unused or no dynamic one */
export function readDynamicUser(root: Root, uid: number): string | undefined {
  if (!isDynamic(uid)) return undefined;
  const name = target(root, String(uid));
  return name !== undefined && USER_NAME.test(name) ? name : undefined;
}

/** @returns the uid; undefined when the name is unknown or no dynamic user's */
export function readDynamicUid(root: Root, name: string): number | undefined {
  if (!USER_NAME.test(name)) return undefined;
  const uid = Number(target(root, name));
  return isDynamic(uid) ? uid : undefined;
}

function isDynamic(uid: number): boolean {
  return Number.isInteger(uid) && uid >= FIRST_UID && uid <= LAST_UID;
}

function target(root: Root, name: string): string | undefined {
  try {
    return readlinkSync(root.path(`${FOLDER}/direct:${name}`));
  } catch {
    return undefined;
  }
}
