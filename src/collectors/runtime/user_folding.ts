import { keyOf, mergeSamples } from "../../metrics/check.ts";
import { type Family, type MetricDefinition, type Sample, family } from "../../metrics/metric.ts";
import { OTHER_USER } from "../../model/auth/user_counts.ts";
import {
  NewerStateError,
  savedList,
  savedNumber,
  savedRecord,
  savedText,
} from "../../sources/saved_value.ts";
import { type Rank, UserPlaces } from "./user_places.ts";

/** The version of the saved state. */
const VERSION = 1;

/** A counter of one user that is counted in `other`. */
interface Folded {
  /** The value counted under the user's own label: only the growth above it belongs to `other`. */
  base: number;
  last: number;
  /** The series of `other` that it is added to. */
  into: Sample;
  intoKey: string;
  /** Whether the counter starts at 0 in the next run. */
  isOfThisRun: boolean;
}

/**
 * Leaves out users that are not shown, and adds up those without a place in `other`. A counter that began in `other`
 * stays there, and one that moves there adds only its later growth, so that no counter falls or jumps, not even across
 * restarts.
 */
export class UserFolding {
  private readonly places: UserPlaces;
  /** The users whose counters are in `other`, with or without a place. */
  private readonly inOther = new Set<string>();
  /** By metric, then by the user's series. */
  private readonly counters = new Map<string, Map<string, Folded>>();
  private lost: ReadonlySet<string> = new Set();
  /** The counters as last exported, by metric: a user who loses a place adds the growth since. */
  private readonly exported = new Map<string, Family>();
  /** Their values by series, built on demand for metrics needed in this collection. */
  private readonly exportedValues = new Map<string, Map<string, number>>();
  /** Whether there is anything to keep across a restart. */
  hasLimited = false;

  /** @param saved the result of `toJSON` in an earlier run */
  constructor(saved?: unknown) {
    const state = saved === undefined ? undefined : savedRecord(saved, "users");
    if (Number(state?.["version"]) > VERSION) {
      throw new NewerStateError(`version ${String(state!["version"])}, want ${VERSION} at most`);
    }
    this.places = new UserPlaces(state ? savedTexts(state["kept"], "kept users") : []);
    if (!state) return;
    this.hasLimited = true;
    for (const user of savedTexts(state["in_other"], "users in other")) this.inOther.add(user);
    for (const entry of savedList(state["counters"], "counters")) this.restore(entry);
  }

  /**
   * Updates the places, and folds the families of this collection.
   *
   * @param rankOf returns the rank that a metric gives its users
   * @param isComplete whether all collectors ran and succeeded
   * @returns the families, and whether any user is in `other` because there are too many
   */
  fold(
    families: readonly (readonly Family[])[],
    rules: { shows(user: string): boolean; max: number },
    rankOf: (definition: MetricDefinition) => Rank,
    isComplete: boolean,
  ): { families: Family[][]; isLimited: boolean } {
    const shown = families.map((list) =>
      list.map((made) => withoutHidden(made, (user) => rules.shows(user))),
    );
    const ranks = ranksOf(shown.flat(), rankOf);
    const lost = this.places.assign(ranks, rules.max, isComplete);
    this.lost = new Set(lost);
    let isLimited = false;
    for (const user of ranks.keys()) isLimited ||= user !== OTHER_USER && !this.places.has(user);
    this.hasLimited ||= isLimited;
    const mustFold = isLimited || this.inOther.size > 0 || ranks.has(OTHER_USER);
    const folded = mustFold
      ? shown.map((list) => list.map((made) => this.foldFamily(made)))
      : shown;
    this.exportedValues.clear();
    for (const made of folded.flat()) {
      const { definition } = made;
      if (isPerUser(definition) && definition.type !== "gauge") {
        this.exported.set(definition.name, made);
      }
    }
    return { families: folded, isLimited };
  }

  toJSON(): unknown {
    const counters = [...this.counters].flatMap(([metric, series]) =>
      [...series]
        .filter(([, { isOfThisRun }]) => !isOfThisRun)
        .map(([key, { base, last, into, intoKey }]) => [
          metric,
          key,
          base,
          last,
          into.labels,
          intoKey,
        ]),
    );
    return { version: VERSION, kept: this.places.names, in_other: [...this.inOther], counters };
  }

  private foldFamily(made: Family): Family {
    const { definition, samples } = made;
    if (!isPerUser(definition)) return made;
    const isCounter = definition.type !== "gauge";
    const own: Sample[] = [];
    const other = new Map<string, Sample>();
    for (const sample of samples) {
      const user = sample.labels["username"]!;
      const hasPlace = this.places.has(user);
      if (hasPlace && !(isCounter && this.inOther.has(user))) own.push(sample);
      else if (isCounter) this.count(definition, sample, user);
      else addTo(other, definition, asOther(sample));
    }
    const others = isCounter ? this.countersOf(definition.name) : other.values();
    return family(definition, [...own, ...others]);
  }

  /** The counters of a metric in `other`, including those of users who are gone. */
  private countersOf(metric: string): Iterable<Sample> {
    const sums = new Map<string, { labels: Sample["labels"]; value: number }>();
    for (const { base, last, into, intoKey } of this.counters.get(metric)?.values() ?? []) {
      const sum = sums.get(intoKey);
      if (sum) sum.value += last - base;
      else sums.set(intoKey, { ...into, value: last - base });
    }
    return sums.values();
  }

  private count(definition: MetricDefinition, sample: Sample, user: string): void {
    this.inOther.add(user);
    let series = this.counters.get(definition.name);
    if (!series) this.counters.set(definition.name, (series = new Map()));
    const key = keyOf(definition, sample);
    const { value } = sample;
    const known = series.get(key);
    if (known) {
      // The kernel's counter was reset: what it had counted stays.
      if (value < known.last) known.base -= known.last;
      known.last = value;
      return;
    }
    const into = asOther(sample);
    series.set(key, {
      base: this.lost.has(user) ? this.exportedOf(definition, key, value) : 0,
      last: value,
      into,
      intoKey: keyOf(definition, into),
      isOfThisRun: definition.lifetime === "run",
    });
  }

  /** The last exported value of a series; its present value when unknown. */
  private exportedOf(definition: MetricDefinition, key: string, value: number): number {
    const samples = this.exported.get(definition.name)?.samples;
    if (samples === undefined) return value;
    let values = this.exportedValues.get(definition.name);
    if (values === undefined) {
      values = new Map(samples.map((sample) => [keyOf(definition, sample), sample.value]));
      this.exportedValues.set(definition.name, values);
    }
    const before = values.get(key) ?? 0;
    // A value that fell was reset, so all of it is growth.
    return before <= value ? before : 0;
  }

  private restore(entry: unknown): void {
    const [metric, key, base, last, labels, intoKey] = savedList(entry, "counter");
    const name = savedText(metric, "metric");
    const texts = Object.entries(savedRecord(labels, "labels")).map(
      ([label, value]) => [label, savedText(value, label)] as const,
    );
    let series = this.counters.get(name);
    if (!series) this.counters.set(name, (series = new Map()));
    series.set(savedText(key, "series"), {
      base: savedNumber(base, "base"),
      last: savedNumber(last, "value"),
      into: { labels: Object.fromEntries(texts), value: 0 },
      intoKey: savedText(intoKey, "series of other"),
      isOfThisRun: false,
    });
  }
}

function isPerUser({ labels }: MetricDefinition): boolean {
  return labels.includes("username");
}

function withoutHidden(made: Family, shows: (user: string) => boolean): Family {
  if (!isPerUser(made.definition)) return made;
  const samples = made.samples.filter(({ labels }) => shows(labels["username"]!));
  return samples.length === made.samples.length ? made : family(made.definition, samples);
}

function ranksOf(
  families: readonly Family[],
  rankOf: (definition: MetricDefinition) => Rank,
): Map<string, Rank> {
  const ranks = new Map<string, Rank>();
  for (const { definition, samples } of families) {
    if (!isPerUser(definition)) continue;
    const rank = rankOf(definition);
    for (const { labels } of samples) {
      const known = ranks.get(labels["username"]!);
      if (known === undefined || rank < known) ranks.set(labels["username"]!, rank);
    }
  }
  return ranks;
}

/** Sessions of `other` have no terminal and no address: otherwise each would be a series of its own. */
function asOther(sample: Sample): Sample {
  const labels: Record<string, string> = { ...sample.labels, username: OTHER_USER };
  for (const name of ["tty", "from_ip"]) if (name in labels) labels[name] = "";
  return { ...sample, labels };
}

function addTo(samples: Map<string, Sample>, definition: MetricDefinition, sample: Sample): void {
  const key = keyOf(definition, sample);
  const same = samples.get(key);
  samples.set(key, same ? mergeSamples(definition, same, sample) : sample);
}

function savedTexts(value: unknown, what: string): string[] {
  return savedList(value, what).map((text) => savedText(text, what));
}
