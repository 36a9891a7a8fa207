import { writeError } from "./standard_streams.ts";

export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
export const LOG_FORMATS = ["logfmt", "json"] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

/** What the journal calls these levels: a line that begins with `<3>` is an error there. man 3 sd-daemon. */
export const JOURNAL_PRIORITIES = { debug: 7, info: 6, warn: 4, error: 3 } as const;

export type LogFields = Record<string, string | number | boolean>;

/** Writes lines about the exporter itself. */
export interface Log {
  debug(msg: string, fields?: LogFields): void;
  info(msg: string, fields?: LogFields): void;
  warn(msg: string, fields?: LogFields): void;
  error(msg: string, fields?: LogFields): void;
  /** From now on only messages of this level and graver ones are written. */
  setLevel(level: LogLevel): void;
}

/**
 * A log in the form that Prometheus itself writes: `time= level= msg=` and more keys, as logfmt or as
 * one JSON object a line.
 *
 * @param isJournal whether each line begins with its priority for the journal
 * @param write takes a line without its newline; standard error, but for tests
 */
export function createLog(
  level: LogLevel,
  format: LogFormat,
  isJournal = false,
  write: (line: string) => void = (line) => writeError(`${line}\n`),
): Log {
  let lowest = LOG_LEVELS.indexOf(level);
  const at =
    (name: LogLevel) =>
    (msg: string, fields: LogFields = {}) => {
      if (LOG_LEVELS.indexOf(name) < lowest) return;
      const entry = { time: new Date().toISOString(), level: name.toUpperCase(), msg, ...fields };
      const prefix = isJournal ? `<${JOURNAL_PRIORITIES[name]}>` : "";
      write(prefix + (format === "json" ? JSON.stringify(entry) : logfmt(entry)));
    };
  return {
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    setLevel(next) {
      lowest = LOG_LEVELS.indexOf(next);
    },
  };
}

/** One logfmt line; a value that would not read back as one word is quoted. */
export function logfmt(entry: LogFields): string {
  return Object.entries(entry)
    .map(([key, value]) => {
      const text = String(value);
      const isPlain = /^[^\s"=\\\p{Cc}]+$/u.test(text);
      return `${key}=${isPlain ? text : JSON.stringify(text)}`;
    })
    .join(" ");
}
