/** Classifies errors of the operating system. errno(3). */

/**
 * `missing`: nothing exists at the path. `forbidden`: it exists, but this process may not read it. `broken`: it may be
 * read, but is not what it should be, or the system fails to read it.
 */
export type Fault = "missing" | "forbidden" | "broken";

/** A source that is not as it should be: no regular file, too large, of an unknown format. */
export class BrokenSourceError extends Error {
  override name = "BrokenSourceError";

  /** @param reason the fault, as text to follow the path: `is a FIFO, want a regular file` */
  constructor(
    readonly path: string,
    readonly reason: string,
  ) {
    super(`${path}: ${reason}`);
  }
}

const MISSING: ReadonlySet<string> = new Set(["ENOENT", "ENOTDIR", "ESRCH"]);
const FORBIDDEN: ReadonlySet<string> = new Set(["EACCES", "EPERM"]);

/** The name of a system error, such as `ENOENT`; undefined for other errors. */
export function codeOf(error: unknown): string | undefined {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return typeof code === "string" ? code : undefined;
}

export function faultOf(error: unknown): Fault {
  const code = codeOf(error) ?? "";
  if (MISSING.has(code)) return "missing";
  return FORBIDDEN.has(code) ? "forbidden" : "broken";
}

/** Whether an error only means that a file is missing, or that this process may not read it. */
export function isUnavailable(error: unknown): boolean {
  return faultOf(error) !== "broken";
}

/** Whether the file or its process is gone, which is normal between listing and reading. */
export function isGone(error: unknown): boolean {
  return faultOf(error) === "missing";
}

/**
 * An error as text for people: a broken source's reason, or the system's words without code and call (`ELOOP: too many
 * symbolic links encountered, open '/x'` is `too many symbolic links encountered`).
 */
export function explain(error: unknown): string {
  if (error instanceof BrokenSourceError) return error.reason;
  if (!(error instanceof Error)) return String(error);
  const code = codeOf(error);
  if (code === undefined || !error.message.startsWith(`${code}: `)) return error.message;
  return error.message.slice(code.length + 2).replace(/, \w+( '.*')?$/s, "");
}

/** Whether the system failed to read a file's content, as with a bad sector. */
export function isDamage(error: unknown): boolean {
  return codeOf(error) === "EIO";
}

const SHORTAGES: ReadonlySet<string> = new Set(["EMFILE", "ENFILE", "ENOMEM", "EIO", "EINTR"]);

/** Whether the system is short of a resource, or failed: the file itself may be fine. */
export function isShortage(error: unknown): boolean {
  return SHORTAGES.has(codeOf(error) ?? "");
}
