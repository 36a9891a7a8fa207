/** Reads values out of a state file, which may be damaged or another version's. */

/** The state can't be used. */
export class SavedStateError extends Error {}

/** A later version of this program saved it. */
export class NewerStateError extends SavedStateError {}

export function savedRecord(value: unknown, what: string): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw new SavedStateError(`${what} is no object`);
}

export function savedList(value: unknown, what: string): unknown[] {
  if (Array.isArray(value)) return value;
  throw new SavedStateError(`${what} is no list`);
}

/** A count: zero or a positive whole number. */
export function savedCount(value: unknown, what: string): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  throw new SavedStateError(`${what} is no count`);
}

export function savedNumber(value: unknown, what: string): number {
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw new SavedStateError(`${what} is no number`);
}

export function savedText(value: unknown, what: string): string {
  if (typeof value === "string") return value;
  throw new SavedStateError(`${what} is no text`);
}

export function savedFlag(value: unknown, what: string): boolean {
  if (typeof value === "boolean") return value;
  throw new SavedStateError(`${what} is neither true nor false`);
}

/** Null in the file where the value is undefined: JSON has no word for it. */
export function savedOptional<T>(
  value: unknown,
  what: string,
  read: (value: unknown, what: string) => T,
): T | undefined {
  return value === null ? undefined : read(value, what);
}
