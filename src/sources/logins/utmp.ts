/**
 * utmp and wtmp records as glibc writes them (man 5 utmp): 384 bytes on x86-64, 400 on arm64, little endian. Seen
 * in `/run/utmp` of Debian 11 and 12; Debian 13 and later have none.
 */
import { formatAddress } from "../ip_address.ts";
import { readRegular } from "../regular_file.ts";
import type { Root } from "../root.ts";
import { READABLE_BY_ALL, type SourceInfo } from "../source.ts";
import { type UtmpLayout, utmpLayoutOf } from "./utmp_layout.ts";

/** Ten thousand entries; members of the group utmp can add more. */
const LIMIT_BYTES = 4 * 1024 * 1024;

export const UTMP = {
  name: "utmp",
  paths: ["/run/utmp"],
  limitBytes: LIMIT_BYTES,
  lost: "sessions on hosts without logind",
  whenMissing: "normal on Debian 13 and later, which have none",
  whenForbidden: READABLE_BY_ALL,
  replacedBy: ["logind"],
} as const satisfies SourceInfo;

/** The size of the field for the login name; a longer name is cut and has no NUL. */
export const UTMP_NAME_BYTES = 32;

/** ut_type of a login that is, or was, open. */
const USER_PROCESS = 7;

/** One login. */
export interface UtmpLogin {
  pid: number;
  /** The terminal below `/dev`, or a display like `:0`. */
  line: string;
  /** The login name, cut to 32 bytes. */
  user: string;
  /** The remote host as the writer recorded it: an address, a name, or `tmux(PID).%N`. */
  host: string;
  /** The remote address in canonical text; undefined for none. */
  address: string | undefined;
  /** When it began, in seconds since the epoch. */
  timeSeconds: number;
}

/**
 * @throws the system's error when `/run/utmp` can't be read, BrokenSourceError when it is no regular file or too large
 */
export async function readUtmp(root: Root): Promise<UtmpLogin[]> {
  return parseUtmp(readRegular(root.path(UTMP.paths[0]), LIMIT_BYTES));
}

/**
 * Parses the logins in whole records; truncated records and those of other types are skipped.
 *
 * @param layout undefined to detect it from the records
 */
export function parseUtmp(bytes: Uint8Array, layout?: UtmpLayout): UtmpLogin[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const known = layout ?? utmpLayoutOf(buffer);
  const { recordBytes } = known;
  const logins: UtmpLogin[] = [];
  for (let at = 0; at + recordBytes <= buffer.length; at += recordBytes) {
    const login = parseLogin(buffer.subarray(at, at + recordBytes), known);
    if (login) logins.push(login);
  }
  return logins;
}

/**
 * Whether a record is of a terminal inside another session: a window of tmux or screen, or of a terminal emulator on a
 * desktop.
 */
export function isInsideSession({ line, host }: Pick<UtmpLogin, "line" | "host">): boolean {
  if (/^tmux\(\d+\)\.%\d+$|^:pts\/\d+:S\.\d+$/.test(host)) return true;
  return /^:\d/.test(host) && line.startsWith("pts/");
}

function parseLogin(record: Buffer, layout: UtmpLayout): UtmpLogin | undefined {
  if (record.readInt16LE(0) !== USER_PROCESS) return undefined;
  const { secondsAt, microsAt, addressAt } = layout;
  const login = {
    pid: record.readInt32LE(4),
    line: text(record, 8, 32),
    user: text(record, 44, UTMP_NAME_BYTES),
    host: text(record, 76, 256),
    address: address(record.subarray(addressAt, addressAt + 16)),
    // The low 32 bits, read as unsigned, of a signed number of 32 or 64 bits: valid until 2106.
    timeSeconds: record.readUInt32LE(secondsAt) + record.readUInt32LE(microsAt) / 1e6,
  };
  return login.user === "" || login.line === "" ? undefined : login;
}

/** A fixed field holds no NUL when it is full. */
function text(record: Buffer, at: number, length: number): string {
  const field = record.subarray(at, at + length);
  const end = field.indexOf(0);
  return field.toString("utf8", 0, end < 0 ? length : end);
}

/** An IPv4 address fills the first word only; all zero means that none was recorded. */
function address(words: Buffer): string | undefined {
  const tail = words.subarray(4);
  if (!tail.every((byte) => byte === 0)) return formatAddress(words);
  const v4 = words.subarray(0, 4);
  return v4.every((byte) => byte === 0) ? undefined : formatAddress(v4);
}
