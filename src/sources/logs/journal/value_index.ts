/** The entries of one file with one value of a field, such as `_COMM=sshd`. */
import { DataLookup } from "./data_lookup.ts";
import { EntryList } from "./entry_list.ts";
import type { JournalFile } from "./file.ts";
import { DATA, DATA_OBJECT, readU64 } from "./objects.ts";
import { dataHeadBytes, type PayloadReader } from "./payload.ts";
import { FIELDS } from "./trust.ts";

export class ValueIndex {
  readonly list: EntryList;
  /** The offset of the last returned entry; all earlier ones are done, too. */
  last = 0;

  /** The field and its value, as in a payload: `FIELD=value`. */
  readonly text: string;
  private readonly lookup: DataLookup;

  /** @param field the field's index in FIELDS */
  constructor(
    readonly field: number,
    readonly value: string,
    private readonly file: JournalFile,
  ) {
    this.list = new EntryList(file);
    this.text = `${FIELDS[field]}=${value}`;
    this.lookup = new DataLookup(this.text, file);
  }

  /** Whether any entry has the value. */
  get isFound(): boolean {
    return this.lookup.offset !== 0;
  }

  /**
   * Updates the number of entries.
   *
   * @param hasNewData false when no DATA object was added since the last call
   * @returns true at the first call that finds any entries
   */
  update(payload: PayloadReader, hasNewData: boolean): boolean {
    const { file, lookup } = this;
    const isNew = !this.isFound;
    if (isNew && !(hasNewData && lookup.search(payload))) return false;
    if (file.loadHead(lookup.offset, DATA, dataHeadBytes(file)) === 0) return false;
    const { bytes, at } = file.pages;
    this.list.update(
      readU64(bytes, at + DATA_OBJECT.entryOffset),
      readU64(bytes, at + DATA_OBJECT.entryArrayOffset),
      readU64(bytes, at + DATA_OBJECT.nEntries),
    );
    return isNew;
  }
}
