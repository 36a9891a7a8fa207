/** The sections `http_server_config`, `rate_limit` and `basic_auth_users`. */
import { Section, textMap } from "./section.ts";

/** The headers that can be set; for some of them, the only values allowed. */
const HEADERS: ReadonlyMap<string, readonly string[]> = new Map([
  ["Content-Security-Policy", []],
  ["X-Frame-Options", ["deny", "sameorigin"]],
  ["X-Content-Type-Options", ["nosniff"]],
  ["X-XSS-Protection", []],
  ["Strict-Transport-Security", []],
]);

export interface HttpSettings {
  http2: boolean;
  headers: ReadonlyMap<string, string>;
}

export interface RateLimit {
  /** Time between two requests when no burst is left. */
  intervalMs: number;
  burst: number;
}

/** @throws an Error that names the invalid setting */
export function readHttp(value: unknown): HttpSettings {
  const section = new Section("http_server_config", value, ["http2", "headers"]);
  const headers = textMap("http_server_config.headers", section.raw("headers"));
  for (const [name, text] of headers) checkHeader(name, text);
  const set = [...headers].filter(([, text]) => text !== "");
  return { http2: section.flag("http2", true), headers: new Map(set) };
}

function checkHeader(name: string, text: string): void {
  const values = HEADERS.get(name);
  const path = `http_server_config.headers.${name}`;
  if (!values) {
    throw new Error(`${path}: can't be set: want one of ${[...HEADERS.keys()].join(", ")}`);
  }
  if (values.length > 0 && !values.includes(text)) {
    throw new Error(`${path}: invalid value "${text}": want ${values.join(" or ")}`);
  }
  if (!/^[\t\x20-\x7e]*$/.test(text)) throw new Error(`${path}: want printable ASCII`);
}

/** @returns the limit; undefined when there is none */
export function readRateLimit(value: unknown): RateLimit | undefined {
  const section = new Section("rate_limit", value, ["interval", "burst"]);
  const intervalMs = durationMs(section.pathOf("interval"), section.raw("interval") ?? 0);
  const burst = section.count("burst") ?? 0;
  return intervalMs === 0 ? undefined : { intervalMs, burst };
}

const UNITS_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1e3,
  m: 60e3,
  h: 3600e3,
};

/** Parses a duration in Go's format: `1s`, `1m30s`, `0.5h`; a plain number is in nanoseconds. */
function durationMs(path: string, value: unknown): number {
  if (Number.isSafeInteger(value) && (value as number) >= 0) return (value as number) * 1e-6;
  const text = typeof value === "string" ? value : "";
  if (/^(?:(?:\d{1,15}(?:\.\d{0,15})?|\.\d{1,15})(?:ns|us|µs|μs|ms|s|m|h))+$/.test(text)) {
    const parts = text.matchAll(/([\d.]+)([a-zµμ]+)/g);
    return Array.from(parts, ([, n, unit]) => Number(n) * UNITS_MS[unit!]!).reduce((a, b) => a + b);
  }
  throw new Error(`${path}: invalid duration: want for example 1s, 500ms or 1m30s`);
}

/** bcrypt's formats 2a, 2b and 2y, treated alike. crypt(5). */
const BCRYPT = /^\$2[aby]\$(0[4-9]|[12]\d|3[01])\$[./A-Za-z0-9]{53}$/;

/**
 * @returns the hashes by user; empty when no password is required
 * @throws an Error that names the user whose hash is invalid, and never the hash
 */
export function readUsers(value: unknown): ReadonlyMap<string, string> {
  const users = textMap("basic_auth_users", value);
  for (const [name, hash] of users) {
    if (BCRYPT.test(hash)) continue;
    throw new Error(`basic_auth_users.${name}: want a bcrypt hash, $2y$10$… of 60 characters`);
  }
  return users;
}
