/** Decides which lines of a log are this host's: the file of a log server also has lines of other hosts. */

/** Names that mean any host itself, and RFC 5424's sign for no name. */
const ANY_HOST: ReadonlySet<string> = new Set([
  "",
  "-",
  "localhost",
  "localhost.localdomain",
  "127.0.0.1",
  "::1",
]);

/**
 * Recognizes a host's own lines by its known names, short or with a domain.
 *
 * A daemon keeps the name that the host had at the daemon's start, and a container may not see the host's name. So if
 * all lines of a log have the same unknown name, they count as the host's.
 */
export class LineHosts {
  private readonly own: string[] = [];
  private sawOwn = false;
  /** The first unknown name seen, if any. */
  private stranger: string | undefined;
  private severalStrangers = false;

  /** @param names the host's names; when empty, every line counts as its own */
  constructor(names: readonly string[]) {
    this.learn(names);
  }

  /** Adds names, for example after the host was renamed; a daemon keeps the old name for a while. */
  learn(names: readonly string[]): void {
    for (const name of names.map((each) => each.toLowerCase())) {
      if (!this.own.includes(name)) this.own.push(name);
    }
  }

  /**
   * @param lookAhead calls `see` with the hosts of later lines. Called at most once for each line of an unknown host,
   *    and no more once several names are known
   */
  isOwn(host: string, lookAhead: (see: (host: string) => void) => void): boolean {
    const name = host.toLowerCase();
    if (this.own.length === 0 || ANY_HOST.has(name)) return true;
    if (this.see(name)) return true;
    if (!this.isDecided()) lookAhead((other) => void this.see(other.toLowerCase()));
    return !this.isDecided();
  }

  private isDecided(): boolean {
    return this.sawOwn || this.severalStrangers;
  }

  /** @returns whether the name is one of the host's */
  private see(name: string): boolean {
    if (ANY_HOST.has(name)) return false;
    if (this.own.some((own) => isSameHost(own, name))) return (this.sawOwn = true);
    if (this.stranger !== undefined && this.stranger !== name) this.severalStrangers = true;
    this.stranger = name;
    return false;
  }
}

/** Whether two names are equal; a name without a domain matches any domain. */
function isSameHost(a: string, b: string): boolean {
  if (a === b) return true;
  return a.startsWith(`${b}.`) || b.startsWith(`${a}.`);
}
