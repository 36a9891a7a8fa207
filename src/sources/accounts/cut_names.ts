import { UTMP_NAME_BYTES } from "../logins/utmp.ts";

/** Names that utmp and wtmp have no room for, by what is left of them in a record. */
export class CutNames {
  private readonly byCut = new Map<string, string[]>();

  add(name: string): void {
    // A UTF-16 code unit makes three bytes at the most.
    if (name.length * 3 < UTMP_NAME_BYTES) return;
    const bytes = Buffer.from(name);
    if (bytes.length < UTMP_NAME_BYTES) return;
    const cut = bytes.toString("utf8", 0, UTMP_NAME_BYTES);
    const others = this.byCut.get(cut);
    if (others) others.push(name);
    else this.byCut.set(cut, [name]);
  }

  /** The names that begin with what a full field holds, decoded as the field is. */
  fitting(cut: string): readonly string[] {
    return this.byCut.get(cut) ?? [];
  }
}
