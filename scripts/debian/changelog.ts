/** Converts CHANGELOG.md to a Debian changelog (man 5 deb-changelog). */

export interface ChangelogOptions {
  package: string;
  /** As package.json has it. */
  version: string;
  /** `Name <address>`. */
  maintainer: string;
  /** The time of the packaged version, in milliseconds since the epoch. */
  dateMs: number;
}

interface Release {
  /** Undefined for unreleased changes. */
  version: string | undefined;
  dateMs: number | undefined;
  changes: string[];
}

const WIDTH = 80;

/**
 * One entry for each release, newest first. Unreleased changes belong to the packaged version, which always has an
 * entry.
 */
export function toDebianChangelog(markdown: string, options: ChangelogOptions): string {
  const { version, dateMs } = options;
  const releases = parseReleases(markdown);
  const own = releases.filter((release) => (release.version ?? version) === version);
  const changes = own.flatMap((release) => release.changes);
  const others = releases.filter((release) => !own.includes(release));
  // Entries must be in order of date, even if the build has an older date.
  const earliestMs = (others[0]?.dateMs ?? -Infinity) + 1000;
  const top = {
    version,
    dateMs:
      own.find((release) => release.dateMs !== undefined)?.dateMs ?? Math.max(dateMs, earliestMs),
    changes: changes.length > 0 ? changes : ["No change is on record."],
  };
  return [top, ...others].map((release) => toEntry(release, options)).join("\n");
}

/** A hyphen would begin a Debian revision; a tilde sorts a pre-release before its release. */
export function toDebianVersion(version: string): string {
  return version.replaceAll("-", "~");
}

function parseReleases(markdown: string): Release[] {
  const releases: Release[] = [];
  for (const line of markdown.split("\n")) {
    const heading = /^## (.+)/.exec(line)?.[1];
    const item = /^[-*] (.+)/.exec(line)?.[1];
    const changes = releases.at(-1)?.changes;
    if (heading !== undefined) releases.push(parseHeading(heading));
    else if (item !== undefined) changes?.push(item);
    // Indented lines continue an item.
    else if (/^\s+\S/.test(line) && changes?.length)
      changes.push(`${changes.pop()} ${line.trim()}`);
  }
  return releases;
}

/** `Unreleased`, `1.2.0 / 2026-11-24`, `[1.2.0] - 2026-11-24`. */
function parseHeading(text: string): Release {
  const version = /^\[?v?(\d[^\s\]]*)/.exec(text)?.[1];
  const date = /\d{4}-\d{2}-\d{2}/.exec(text)?.[0];
  return { version, dateMs: date === undefined ? undefined : Date.parse(date), changes: [] };
}

function toEntry(release: Release, options: ChangelogOptions): string {
  const version = toDebianVersion(release.version ?? options.version);
  const date = new Date(release.dateMs ?? options.dateMs).toUTCString().replace("GMT", "+0000");
  return [
    `${options.package} (${version}) unstable; urgency=medium`,
    "",
    ...release.changes.flatMap(toItem),
    "",
    ` -- ${options.maintainer}  ${date}`,
    "",
  ].join("\n");
}

function toItem(text: string): string[] {
  const lines = ["  *"];
  for (const word of text.split(/\s+/)) {
    if (`${lines.at(-1)} ${word}`.length > WIDTH) lines.push("   ");
    lines.push(`${lines.pop()} ${word}`);
  }
  return lines;
}
