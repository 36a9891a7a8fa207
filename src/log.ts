import { writeError } from "./standard_streams.ts";

export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
export const LOG_FORMATS = ["logfmt", "json"] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

/** The journal's priorities for these levels: a line that begins with `<3>` is an error. man 3 sd-daemon. */
export const JOURNAL_PRIORITIES = { debug: 7, info: 6, warn: 4, error: 3 } as const;

export type LogFields = Record<string, string | number | boolean>;

/** The exporter's own log. */
export interface Log {
  debug(msg: string, fields?: LogFields): void;
  info(msg: string, fields?: LogFields): void;
  warn(msg: string, fields?: LogFields): void;
  error(msg: string, fields?: LogFields): void;
  /** Sets the lowest level that is written from now on. */
  setLevel(level: LogLevel): void;
}

/**
 * Creates a log in Prometheus' own format: `time= level= msg=` and more keys, as logfmt or as one JSON object a line.
 *
 * @param isJournal whether to put the journal's priority before each line
 * @param write writes a line, given without its newline; standard error, except in tests
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

/** One logfmt line; a value that is not a single plain word is quoted. */
export function logfmt(entry: LogFields): string {
  return Object.entries(entry)
    .map(([key, value]) => {
      const text = String(value);
      const isPlain = /^[^\s"=\\\p{Cc}]+$/u.test(text);
      return `${key}=${isPlain ? text : JSON.stringify(text)}`;
    })
    .join(" ");
}
