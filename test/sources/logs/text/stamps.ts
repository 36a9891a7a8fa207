/** Stamps as the tests read them. */
import { type TimeZone, UTC } from "../../../../src/sources/posix_zone.ts";
import {
  readStamp as readStampAt,
  type Stamp,
  type StampClock,
} from "../../../../src/sources/logs/text/syslog_time.ts";

export function readStamp(line: string, clock: StampClock): Stamp | undefined {
  return readStampAt(line, 0, clock);
}

/** @param read when the line is read, as ISO 8601 has it */
export function syslogTimeMs(line: string, read: string, zone: TimeZone = UTC): number | undefined {
  return readStamp(line, { nowMs: Date.parse(read), zone: () => zone })?.timeMs();
}
