/**
 * `/run/systemd/dynamic-uid/direct:UID`: a link to the name of a user that systemd made for a service
 * (DynamicUser= in man 5 systemd.exec). Such users are in no file, and gone when the service is.
 */
import { readlinkSync } from "node:fs";
import type { Root } from "../root.ts";

/** The uids that systemd gives away like this. */
const FIRST_UID = 61184;
const LAST_UID = 65519;

/** @returns undefined for a uid that is nobody's, or not of this kind */
export function readDynamicUser(root: Root, uid: number): string | undefined {
  if (uid < FIRST_UID || uid > LAST_UID) return undefined;
  try {
    return readlinkSync(root.path(`/run/systemd/dynamic-uid/direct:${uid}`));
  } catch {
    return undefined;
  }
}
