import type { UserRules } from "../config.ts";

/** Longest part of a name that is matched: no login name is longer (LOGIN_NAME_MAX is 256). */
const MAX_NAME_LENGTH = 256;
/** Most cached answers. */
const MAX_REMEMBERED = 65_536;

/** Decides which users are shown: by exact names, and by expressions over the whole name. */
export class ShownUsers implements UserRules {
  readonly excludedNames: ReadonlySet<string>;
  readonly max: number;
  private readonly include: RegExp | undefined;
  private readonly exclude: RegExp | undefined;
  private readonly remembered = new Map<string, boolean>();

  constructor(
    rules: {
      excludedNames?: ReadonlySet<string>;
      include?: RegExp | undefined;
      exclude?: RegExp | undefined;
      max?: number;
    } = {},
  ) {
    this.excludedNames = rules.excludedNames ?? new Set();
    this.include = rules.include;
    this.exclude = rules.exclude;
    this.max = rules.max ?? Number.POSITIVE_INFINITY;
  }

  /** Whether a user is shown; exclusion wins over inclusion. Each name is matched once, then cached. */
  shows(name: string): boolean {
    if (this.excludedNames.has(name)) return false;
    if (!this.include && !this.exclude) return true;
    let shown = this.remembered.get(name);
    if (shown === undefined) {
      const looked = name.slice(0, MAX_NAME_LENGTH);
      shown = !this.exclude?.test(looked) && (this.include?.test(looked) ?? true);
      if (this.remembered.size >= MAX_REMEMBERED) this.remembered.clear();
      this.remembered.set(name, shown);
    }
    return shown;
  }
}
