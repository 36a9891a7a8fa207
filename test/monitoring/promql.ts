/** As much of PromQL's grammar as it takes to find metrics in an expression. https://prometheus.io/docs/prometheus/latest/querying/basics/ */

const STRING = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`/g;
const GROUPING = /\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/g;
const IDENTIFIER = /(?<![\w:.$])[A-Za-z_:][\w:]*(?![\w:])(?!\s*\()/g;
const KEYWORDS = new Set(["and", "or", "unless", "offset", "bool", "inf", "nan"]);

/** Functions that a counter may be handed to, and nothing but a counter. */
const FOR_COUNTERS = "rate|increase";

/** The names of all metrics in an expression. */
export function metricsIn(expression: string): Set<string> {
  const bare = withoutStrings(expression)
    .replaceAll(/\{[^}]*\}|\[[^\]]*\]/g, " ")
    .replaceAll(GROUPING, " ");
  const names = Array.from(bare.matchAll(IDENTIFIER), ([name]) => name);
  return new Set(names.filter((name) => !KEYWORDS.has(name.toLowerCase())));
}

/** The series of a counter that began in a span of time: their whole value is their increase. */
const BEGAN = /([\w:]+)\s*(?:\{[^}]*\})?\s+unless\s+\1\s*(?:\{[^}]*\})?\s+offset\s+[\w$]+/g;

/**
 * The counters that are read by anything but rate and increase, which alone know of restarts. Series that
 * began in the time asked for are read as they are.
 */
export function barelyReadCounters(expression: string, counters: ReadonlySet<string>): string[] {
  const inFunction = new RegExp(
    `\\b(?:${FOR_COUNTERS})\\s*\\(\\s*([\\w:]+)\\s*(?:\\{[^}]*\\})?\\s*\\[[^\\]]*\\]\\s*\\)`,
    "g",
  );
  const rest = withoutStrings(expression).replaceAll(BEGAN, " ").replaceAll(inFunction, " ");
  return [...metricsIn(rest)].filter((name) => counters.has(name));
}

/** What is handed to rate or increase and is no counter. */
export function gaugesReadAsCounters(expression: string, counters: ReadonlySet<string>): string[] {
  const handed = new RegExp(`\\b(?:${FOR_COUNTERS})\\s*\\(\\s*([\\w:]+)`, "g");
  return Array.from(expression.matchAll(handed), (match) => match[1]!).filter(
    (name) => !counters.has(name),
  );
}

/** A string can hold whatever looks like syntax. */
function withoutStrings(expression: string): string {
  return expression.replaceAll(STRING, '""');
}
