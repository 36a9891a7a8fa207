import { savedCount, savedList, savedNumber, savedText } from "../../sources/saved_value.ts";

/** Most addresses tracked; beyond it the count is a lower bound. */
export const MAX_ORIGINS = 8192;
const WINDOW_SECONDS = 3600;
/** The time resolution of an address's failure counts. */
const SPAN_SECONDS = 300;
const SPANS = WINDOW_SECONDS / SPAN_SECONDS;

/** An address that failed logins came from, and their number. */
export interface Origin {
  address: string;
  failures: number;
}

/** The failures of one address. */
interface Entry {
  /** The second of its last failure. */
  lastSecond: number;
  /** Span numbers and their counts, alternating, oldest first. */
  spans: number[];
}

/** The addresses of the last hour's failures. Times are whole seconds since the epoch. */
export class OriginWindow {
  private readonly entries = new Map<string, Entry>();
  /** The last second in which an address was dropped because there were too many. */
  private overflowSecond = Number.NEGATIVE_INFINITY;
  private prunedSecond = Number.NEGATIVE_INFINITY;

  /** @param second the time of the failure, within the last hour */
  add(address: string, second: number, nowSecond: number, count: number): void {
    let entry = this.entries.get(address);
    if (entry === undefined) {
      if (!this.hasRoom(second, nowSecond)) return;
      entry = { lastSecond: second, spans: [] };
      this.entries.set(address, entry);
    }
    if (entry.lastSecond < second || entry.lastSecond > nowSecond) entry.lastSecond = second;
    const span = Math.floor(second / SPAN_SECONDS);
    const at = entry.spans.findIndex((each, i) => i % 2 === 0 && each === span);
    if (at >= 0) entry.spans[at + 1]! += count;
    else entry.spans.push(span, count);
    // Times out of order must not make the list grow without limit.
    if (entry.spans.length > 2 * (SPANS + 2)) entry.spans.splice(0, 2);
  }

  /** The number of distinct addresses. `exceeded`: there may be more than `count`. */
  count(nowSecond: number): { count: number; exceeded: boolean } {
    this.prune(nowSecond);
    return { count: this.entries.size, exceeded: isRecent(this.overflowSecond, nowSecond) };
  }

  /** The addresses with the most failures, most first. */
  top(nowSecond: number, limit: number): Origin[] {
    this.prune(nowSecond);
    const origins = Array.from(this.entries, ([address, { spans }]) => {
      return { address, failures: sumOf(spans, nowSecond) };
    });
    origins.sort((a, b) => b.failures - a.failures || (a.address < b.address ? -1 : 1));
    return origins.slice(0, limit);
  }

  private hasRoom(second: number, nowSecond: number): boolean {
    if (this.entries.size < MAX_ORIGINS) return true;
    if (this.prunedSecond !== nowSecond) this.prune(nowSecond);
    if (this.entries.size < MAX_ORIGINS) return true;
    const before = isRecent(this.overflowSecond, nowSecond) ? this.overflowSecond : second;
    this.overflowSecond = Math.max(before, second);
    return false;
  }

  private prune(nowSecond: number): void {
    this.prunedSecond = nowSecond;
    for (const [address, { lastSecond }] of this.entries) {
      if (!isRecent(lastSecond, nowSecond)) this.entries.delete(address);
    }
  }

  /** The format of 1.0.0, with the spans added after each address. */
  toJSON(): { sources: unknown[]; overflowSecond: number } {
    const sources = Array.from(this.entries, ([address, { lastSecond, spans }]) => {
      return [address, lastSecond, ...spans];
    });
    return { sources, overflowSecond: Math.max(0, this.overflowSecond) };
  }

  /** @throws SavedStateError for a value that `toJSON` did not make */
  static from(saved: Record<string, unknown>): OriginWindow {
    const window = new OriginWindow();
    for (const item of savedList(saved["sources"], "window's sources").slice(0, MAX_ORIGINS)) {
      const [address, last, ...rest] = savedList(item, "source");
      const lastSecond = savedNumber(last, "source's time");
      const spans = rest.slice(0, 2 * SPANS).map((each) => savedCount(each, "source's count"));
      // An address without counts had at least one failure.
      if (spans.length % 2 !== 0 || spans.length === 0) {
        spans.splice(0, spans.length, Math.floor(lastSecond / SPAN_SECONDS), 1);
      }
      window.entries.set(savedText(address, "source"), { lastSecond, spans });
    }
    const overflow = savedNumber(saved["overflowSecond"], "overflow's time");
    if (overflow > 0) window.overflowSecond = overflow;
    return window;
  }
}

function sumOf(spans: readonly number[], nowSecond: number): number {
  const now = Math.floor(nowSecond / SPAN_SECONDS);
  let sum = 0;
  for (let i = 0; i < spans.length; i += 2) {
    if (spans[i]! >= now - SPANS && spans[i]! <= now) sum += spans[i + 1]!;
  }
  return sum;
}

function isRecent(second: number, nowSecond: number): boolean {
  return second > nowSecond - WINDOW_SECONDS && second <= nowSecond;
}
