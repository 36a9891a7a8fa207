/** Damage to a value of JSON: what another version, or somebody who edits a file, could have written. */
import type { Random } from "./random.ts";

const ODD_VALUES: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  1,
  1.5,
  2 ** 31,
  2 ** 32,
  2 ** 53,
  -(2 ** 53),
  1e300,
  5e-324,
  "",
  "0",
  "__proto__",
  "x".repeat(1000),
  "\0\n\r\u2028\ud800",
  [],
  [[]],
  {},
  { length: 3 },
];

/** The value with one to four changes, each in some place of it. The original stays as it is. */
export function mutatedValue(random: Random, value: unknown): unknown {
  let changed = value;
  for (let changes = 1 + random.below(4); changes > 0; changes--) {
    changed = changedSomewhere(random, changed);
  }
  return changed;
}

function changedSomewhere(random: Random, value: unknown): unknown {
  if (typeof value !== "object" || value === null || random.chance(0.05)) {
    return changedHere(random, value);
  }
  const keys = Object.keys(value);
  if (keys.length === 0) return changedHere(random, value);
  const key = random.pick(keys);
  const copy = (Array.isArray(value) ? value.slice() : { ...value }) as Record<string, unknown>;
  const kind = random.below(16);
  if (kind === 0) {
    if (Array.isArray(copy)) copy.splice(Number(key), 1);
    else delete copy[key];
  } else if (kind === 1) {
    if (Array.isArray(copy)) copy.push(copy[key as never]);
    else copy[`${key}x`] = copy[key];
  } else if (kind === 2) {
    const other = random.pick(keys);
    [copy[key], copy[other]] = [copy[other], copy[key]];
  } else copy[key] = changedSomewhere(random, copy[key]);
  return copy;
}

function changedHere(random: Random, value: unknown): unknown {
  if (typeof value === "number" && random.chance(0.5)) {
    return random.pick([value + 1, -value, value / 3, value * 1000, value * 1e9]);
  }
  if (typeof value === "string" && random.chance(0.5)) {
    const at = random.below(value.length + 1);
    return value.slice(0, at) + random.pick(ODD_TEXTS) + value.slice(at + random.below(3));
  }
  return random.pick(ODD_VALUES);
}

const ODD_TEXTS = [
  "",
  " ",
  "\0",
  "\n",
  ":",
  "/",
  "0",
  "-",
  ".",
  "%",
  "é",
  "\ud800",
  "A".repeat(300),
];
