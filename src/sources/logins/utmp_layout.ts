/**
 * How glibc lays out the records of utmp, wtmp and lastlog: with 32-bit times where 32-bit programs may share the
 * files, as on x86-64, else with 64-bit ones, as on arm64 (its bits/utmp.h and bits/wordsize.h).
 */

export interface UtmpLayout {
  /** The length of a record of utmp and wtmp. */
  recordBytes: number;
  /** Where the seconds, the microseconds and the address begin in it. */
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

/** What programs of this machine write. */
export const OWN_LAYOUT = process.arch === "arm64" ? TIME64 : TIME32;

/** So many records tell the layout. */
const SAMPLE_RECORDS = 64;

/** So much of a file's beginning is enough to tell. */
export const SAMPLE_BYTES = SAMPLE_RECORDS * TIME64.recordBytes;

/** ut_type goes from RUN_LVL, 1, to DEAD_PROCESS, 8; an empty record has 0. */
const LAST_TYPE = 8;

/**
 * The layout with which most of the first records have a type: with another one what stands in the type's place is
 * text or zeros.
 *
 * @param bytes the beginning of utmp or wtmp
 * @param own what it is where the records do not tell
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
 * The layout of which the file has whole records. Its records have nothing that tells.
 *
 * @param own what it is where the size does not tell
 */
export function lastlogLayoutOf(size: number, own = OWN_LAYOUT): UtmpLayout {
  const whole = LAYOUTS.filter(({ lastlogBytes }) => size % lastlogBytes === 0);
  return whole.length === 1 ? whole[0]! : own;
}
