/**
 * Refuses forged entries before anything in them is hashed or decoded: by the offsets of the DATA objects that an entry
 * refers to. Each value, such as `_UID=0`, has one object in a file, so one number to search for.
 */
import { DataLookup } from "./data_lookup.ts";
import type { EntryReader } from "./entry.ts";
import type { JournalFile } from "./file.ts";
import type { PayloadReader } from "./payload.ts";
import { isDaemonIdentifier, SETUID_PATHS } from "./trust.ts";

/** Most remembered executables that are neither sudo nor su, the latest ones. */
const MAX_OTHERS = 8;
/** Entries that su and sudo log through syslog(3) have some 30 fields. */
const MAX_SETUID_ITEMS = 64;

export class TrustedValues {
  private readonly root: DataLookup;
  private readonly paths: DataLookup[];
  /**
   * Values that show that a user wrote an entry of su or sudo: no capabilities, or the native protocol, in which a
   * client adds any fields.
   */
  private readonly suspicious: DataLookup[];
  private readonly all: DataLookup[];
  /** DATA objects of other executables that have forged entries of su or sudo before. */
  private readonly others: number[] = [];

  constructor(file: JournalFile) {
    const lookup = (text: string) => new DataLookup(text, file);
    this.root = lookup("_UID=0");
    this.paths = SETUID_PATHS.map((path) => lookup(`_EXE=${path}`));
    this.suspicious = ["_CAP_EFFECTIVE=0", "_TRANSPORT=journal"].map(lookup);
    this.all = [this.root, ...this.paths, ...this.suspicious];
  }

  /** Looks up values that had no DATA object before. Cached pages must not be older than the lists. */
  update(payload: PayloadReader): void {
    for (const lookup of this.all) if (lookup.offset === 0) lookup.search(payload);
  }

  /**
   * Whether an open entry may be genuine; false when it is certainly forged.
   *
   * @param identifier the program that the entry names
   */
  mayTrust(identifier: string, entry: EntryReader): boolean {
    if (hasValue(entry, this.root)) return true;
    if (isDaemonIdentifier(identifier)) return false;
    if (this.suspicious.some((lookup) => hasValue(entry, lookup))) return false;
    if (this.paths.some((lookup) => hasValue(entry, lookup))) return true;
    // The process ended before journald could read its path, or has another path.
    return entry.itemCount <= MAX_SETUID_ITEMS && !this.others.some((item) => entry.has(item));
  }

  /** Remembers the DATA object of an executable that is neither su nor sudo. */
  refuse(item: number): void {
    if (this.others.includes(item)) return;
    this.others.unshift(item);
    if (this.others.length > MAX_OTHERS) this.others.pop();
  }
}

function hasValue(entry: EntryReader, lookup: DataLookup): boolean {
  return lookup.offset !== 0 && entry.has(lookup.offset);
}
