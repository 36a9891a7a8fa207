/** Which lines of a log are this host's: a log server's file has other hosts' lines, too. */

/** Names that every host has, and RFC 5424's for none. */
const ANY_HOST: ReadonlySet<string> = new Set([
  "",
  "-",
  "localhost",
  "localhost.localdomain",
  "127.0.0.1",
  "::1",
]);

/**
 * Tells a host's own lines by the names it is known to have, short or with a domain.
 *
 * A daemon goes on to write the name that it found when it started, and a container may not see the
 * host's name. So a log whose lines all have one name, none of the known ones, is taken for the host's.
 */
export class LineHosts {
  private readonly own: string[] = [];
  private sawOwn = false;
  /** Names seen that are none of the known ones: none, one, or several. */
  private stranger: string | undefined;
  private severalStrangers = false;

  /** @param names what the host is called; none when nobody knows, then every line is its own */
  constructor(names: readonly string[]) {
    this.learn(names);
  }

  /** The host may have got other names since; a daemon goes on with the old one for a while. */
  learn(names: readonly string[]): void {
    for (const name of names.map((each) => each.toLowerCase())) {
      if (!this.own.includes(name)) this.own.push(name);
    }
  }

  /**
   * @param lookAhead calls `see` with the hosts of lines still to come. Asked for at most once for each
   *   line of an unknown host, and no more once the names are told apart
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

/** A name without a domain is the same as one with any. */
function isSameHost(a: string, b: string): boolean {
  if (a === b) return true;
  return a.startsWith(`${b}.`) || b.startsWith(`${a}.`);
}
