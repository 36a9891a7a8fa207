/**
 * The layouts of glibc's records in utmp, wtmp and lastlog: with 32-bit times where 32-bit programs share the files, as
 * on x86-64, else with 64-bit times, as on arm64 (its bits/utmp.h and bits/wordsize.h).
 */

export interface UtmpLayout {
  /** The length of a record of utmp and wtmp. */
  recordBytes: number;
  /** The offsets of the seconds, the microseconds and the address in it. */
  secondsAt: number;
  microsAt: number;
  addressAt: number;
  /** The length of a record of lastlog, which begins with its seconds. */
  lastlogBytes: number;
}

export const TIME32: UtmpLayout = {
  recordBytes: 384,
  secondsAt: 340,
  microsAt: 344,
  addressAt: 348,
  lastlogBytes: 292,
};

export const TIME64: UtmpLayout = {
  recordBytes: 400,
  secondsAt: 344,
  microsAt: 352,
  addressAt: 360,
  lastlogBytes: 296,
};

const LAYOUTS = [TIME32, TIME64];

/** The layout that programs of this machine write. */
export const OWN_LAYOUT = process.arch === "arm64" ? TIME64 : TIME32;

/** Number of records examined to detect the layout. */
const SAMPLE_RECORDS = 64;

/** Bytes of a file's beginning needed to detect the layout. */
export const SAMPLE_BYTES = SAMPLE_RECORDS * TIME64.recordBytes;

/** ut_type goes from RUN_LVL, 1, to DEAD_PROCESS, 8; an empty record has 0. */
const LAST_TYPE = 8;

/**
 * Detects the layout: the one with which most of the first records have a valid type. With a wrong layout the type's
 * bytes are text or zeros.
 *
 * @param bytes the beginning of utmp or wtmp
 * @param own the layout to assume when the records do not decide
 */
export function utmpLayoutOf(bytes: Buffer, own = OWN_LAYOUT): UtmpLayout {
  let best = own;
  for (const layout of LAYOUTS) {
    if (typedRecords(bytes, layout) > typedRecords(bytes, best)) best = layout;
  }
  return best;
}

function typedRecords(bytes: Buffer, { recordBytes }: UtmpLayout): number {
  const end = Math.min(bytes.length, SAMPLE_RECORDS * recordBytes);
  let count = 0;
  for (let at = 0; at + recordBytes <= end; at += recordBytes) {
    const type = bytes.readInt16LE(at);
    if (type > 0 && type <= LAST_TYPE) count++;
  }
  return count;
}

/**
 * Detects the layout by the file's size, a multiple of the record's; the records themselves don't show it.
 *
 * @param own the layout to assume when the size does not decide
 */
export function lastlogLayoutOf(size: number, own = OWN_LAYOUT): UtmpLayout {
  const whole = LAYOUTS.filter(({ lastlogBytes }) => size % lastlogBytes === 0);
  return whole.length === 1 ? whole[0]! : own;
}
