import { UTMP_NAME_BYTES } from "../logins/utmp.ts";

/** Login names too long for a utmp or wtmp record, found by the part that fits. */
export class CutNames {
  private readonly byCut = new Map<string, string[]>();

  add(name: string): void {
    // A UTF-16 code unit is at most three bytes of UTF-8.
    if (name.length * 3 < UTMP_NAME_BYTES) return;
    const bytes = Buffer.from(name);
    if (bytes.length < UTMP_NAME_BYTES) return;
    const cut = bytes.toString("utf8", 0, UTMP_NAME_BYTES);
    const others = this.byCut.get(cut);
    if (others) others.push(name);
    else this.byCut.set(cut, [name]);
  }

  /** The names that begin with the text of a full field, decoded as the field is. */
  fitting(cut: string): readonly string[] {
    return this.byCut.get(cut) ?? [];
  }
}
