/** What an error of the operating system says about a source. errno(3). */

/**
 * `missing`: there is nothing at the path. `forbidden`: it is there, but this process may not read it.
 * `broken`: it is there and may be read, but is not what it should be, or the system can't deliver it.
 */
export type Fault = "missing" | "forbidden" | "broken";

/** A source that is not what it should be: no regular file, too large, of an unknown format. */
export class BrokenSourceError extends Error {
  override name = "BrokenSourceError";

  /** @param reason what is wrong, to follow the path: `is a FIFO, want a regular file` */
  constructor(
    readonly path: string,
    readonly reason: string,
  ) {
    super(`${path}: ${reason}`);
  }
}

const MISSING: ReadonlySet<string> = new Set(["ENOENT", "ENOTDIR", "ESRCH"]);
const FORBIDDEN: ReadonlySet<string> = new Set(["EACCES", "EPERM"]);

/** The name of a system error, `ENOENT` say; undefined for errors of another kind. */
export function codeOf(error: unknown): string | undefined {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return typeof code === "string" ? code : undefined;
}

export function faultOf(error: unknown): Fault {
  const code = codeOf(error) ?? "";
  if (MISSING.has(code)) return "missing";
  return FORBIDDEN.has(code) ? "forbidden" : "broken";
}

/** Whether an error only says that a file is missing here, or that we may not read it. */
export function isUnavailable(error: unknown): boolean {
  return faultOf(error) !== "broken";
}

/** Whether the file, or the process it belongs to, is gone: normal between listing and reading. */
export function isGone(error: unknown): boolean {
  return faultOf(error) === "missing";
}

/**
 * What is wrong, for people: a broken source's reason, or the system's words without its code and call
 * (`ELOOP: too many symbolic links encountered, open '/x'` is `too many symbolic links encountered`).
 */
export function explain(error: unknown): string {
  if (error instanceof BrokenSourceError) return error.reason;
  if (!(error instanceof Error)) return String(error);
  const code = codeOf(error);
  if (code === undefined || !error.message.startsWith(`${code}: `)) return error.message;
  return error.message.slice(code.length + 2).replace(/, \w+( '.*')?$/s, "");
}

/** Whether the system could not deliver what a file holds: of a bad sector it never will. */
export function isDamage(error: unknown): boolean {
  return codeOf(error) === "EIO";
}

const SHORTAGES: ReadonlySet<string> = new Set(["EMFILE", "ENFILE", "ENOMEM", "EIO", "EINTR"]);

/** Whether the system is short of something, or failed: the file may be as good as ever. */
export function isShortage(error: unknown): boolean {
  return SHORTAGES.has(codeOf(error) ?? "");
}
