/**
 * Reads values from a state file, which may be damaged or of another version. One invalid value makes the whole file
 * unusable: inconsistent counters are worse than counters that restart at 0.
 */

/** The saved state can't be used. */
export class SavedStateError extends Error {}

/** A later version of this program saved it. */
export class NewerStateError extends SavedStateError {}

export function savedRecord(value: unknown, what: string): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw invalid(what, "an object");
}

export function savedList(value: unknown, what: string): unknown[] {
  if (Array.isArray(value)) return value;
  throw invalid(what, "a list");
}

/** A count: a non-negative integer. */
export function savedCount(value: unknown, what: string): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  throw invalid(what, "a whole number, 0 or more");
}

export function savedNumber(value: unknown, what: string): number {
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw invalid(what, "a number");
}

export function savedText(value: unknown, what: string): string {
  if (typeof value === "string") return value;
  throw invalid(what, "a string");
}

export function savedFlag(value: unknown, what: string): boolean {
  if (typeof value === "boolean") return value;
  throw invalid(what, "true or false");
}

/** An optional value: null in the file means undefined, which JSON does not have. */
export function savedOptional<T>(
  value: unknown,
  what: string,
  read: (value: unknown, what: string) => T,
): T | undefined {
  return value === null ? undefined : read(value, what);
}

/** The values of an object by name, each read by the same function. */
export function savedEntries<T>(
  value: unknown,
  what: string,
  read: (value: unknown, what: string) => T,
): [string, T][] {
  return Object.entries(savedRecord(value, what)).map(([name, of]) => [name, read(of, what)]);
}

function invalid(what: string, want: string): SavedStateError {
  return new SavedStateError(`invalid ${what}: want ${want}`);
}
