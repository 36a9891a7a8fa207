/** sshd's messages that name a user or report a connection, without a verdict. The rules are those of sshd.ts. */
import { type Peer, type SshEvent, ended } from "./ssh_event.ts";
import { parseHost, parseNameFrom } from "./sshd_peer.ts";

const TRIES_EXCEEDED = "maximum authentication attempts exceeded for ";
const RATE_LIMITED =
  /^(?:PerSourcePenalties|PerSourceMaxStartups|MaxStartups) logging rate-limited: additional (\d{1,9}) connections dropped$/i;
const THROTTLING =
  /^(?:in MaxStartups throttling for|exited MaxStartups throttling after) [\d:dhmsw]+, (\d{1,9}) connections dropped$/;

/** pam_unix.so, modules/pam_unix/pam_unix_sess.c of Linux-PAM. */
const PAM_SESSION = "pam_unix(sshd:session): session ";

/** @param text a message without its level's prefix and without ` [preauth]` */
export function parseSshdNotice(text: string, cut: boolean): SshEvent | undefined {
  // A switch on the first letter is fast: most messages are none of these many kinds.
  switch (text.charAt(0)) {
    case "I":
      return text.startsWith("Invalid user ") ? named("invalid", tail(text, 13, cut)) : undefined;
    case "i":
      // Up to 7.4, in addition to "Invalid user"; or `in MaxStartups throttling`.
      if (text.startsWith("input_userauth_request: invalid user "))
        return named("invalid", undefined);
      return parseThrottling(text);
    case "P":
      return text.startsWith("PAM: ") ? parsePamRefusal(text, cut) : parseThrottling(text);
    case "U":
      return text.startsWith("User ") ? parseNotAllowed(text) : undefined;
    case "R":
      if (!text.startsWith("ROOT LOGIN REFUSED FROM ")) return undefined;
      return named("valid", tail(` from ${text.slice(24)}`, 0, cut));
    case "m":
      return text.startsWith(TRIES_EXCEEDED) ? parseTriesExceeded(text, cut) : undefined;
    case "d":
      if (!text.startsWith("drop connection #")) return undefined;
      return { kind: "dropped", count: 1, throttled: / past maxstartups$/i.test(text) };
    case "r":
      // TCP wrappers: `refused connect from HOST (ADDR)`.
      if (!text.startsWith("refused connect from ")) return undefined;
      return { kind: "dropped", count: 1, throttled: false };
    case "a":
      return text.startsWith("administratively prohibited connection for ")
        ? parseProhibited(text, cut)
        : undefined;
    case "S":
      // The listener's first message: the processes of all its connections are younger.
      return text.startsWith("Server listening on ") ? { kind: "started" } : undefined;
    case "k":
      return text.startsWith("kex_exchange_identification: ")
        ? { kind: "given_up", verdict: undefined, peer: undefined }
        : undefined;
    case "p":
      if (!text.startsWith(PAM_SESSION)) return undefined;
      if (text.startsWith("opened for user ", PAM_SESSION.length)) {
        return { kind: "session_opened" };
      }
      return text.startsWith("closed for user ", PAM_SESSION.length)
        ? { kind: "session_closed" }
        : undefined;
    case "D":
    case "B":
      return parseNoBanner(text, cut);
    default:
      return parseThrottling(text);
  }
}

/** `User NAME[ from HOST] not allowed because REASON`. */
function parseNotAllowed(text: string): SshEvent | undefined {
  const end = text.indexOf(" not allowed because ");
  if (end < 0) return undefined;
  const from = text.lastIndexOf(" from ", end - 1);
  return named("invalid", from < 0 ? undefined : parseHost(text.slice(from + 6, end)));
}

/** `PAM: REASON for [illegal user ]NAME from HOST`: keyboard-interactive, one for each refused answer. */
function parsePamRefusal(text: string, cut: boolean): SshEvent | undefined {
  // `PAM: pam_setcred(): …` is about something else.
  if (text.startsWith("pam_", 5) || !text.includes(" for ")) return undefined;
  const host = text.slice(text.lastIndexOf(" from ") + 6);
  if (!cut && (!text.includes(" from ") || host.includes(" "))) return undefined;
  // No existing account has a name with this text, so a client can't imitate it.
  const verdict = text.includes(" for illegal user ") ? "invalid" : "valid";
  return { kind: "pam_refused", verdict, peer: cut ? undefined : parseHost(host) };
}

/** Logged just before sshd closes the connection; the only such line at LogLevel ERROR. */
function parseTriesExceeded(text: string, cut: boolean): SshEvent {
  const rest = text.slice(TRIES_EXCEEDED.length);
  const head = rest.endsWith(" ssh2") ? rest.slice(0, -5) : rest;
  const verdict = rest.startsWith("invalid user ") ? "invalid" : "valid";
  return { kind: "given_up", verdict, peer: tail(head, 0, cut) };
}

/** From 10.0, RefuseConnection: `… connection for [invalid user ]NAME from ADDR port N`, the last line. */
function parseProhibited(text: string, cut: boolean): SshEvent {
  const isInvalid = text.startsWith("invalid user ", 43);
  return ended({
    verdict: isInvalid ? "invalid" : "valid",
    preauth: true,
    peer: tail(text, 0, cut),
  });
}

/** Up to 7.9: the client sent no banner, or no SSH banner. */
function parseNoBanner(text: string, cut: boolean): SshEvent | undefined {
  const silent = text.startsWith("Did not receive identification string from ");
  if (!silent && !text.startsWith("Bad protocol version identification ")) return undefined;
  const peer = tail(text, 0, cut);
  return ended({ preauth: true, peer });
}

/** Drops that were not logged one by one: 8.4 to 9.9 log a total since the first drop, 10.0 the remaining ones. */
function parseThrottling(text: string): SshEvent | undefined {
  if (text === "beginning MaxStartups throttling") return { kind: "throttling", total: 0 };
  const limited = RATE_LIMITED.exec(text);
  if (limited !== null) return { kind: "dropped", count: Number(limited[1]), throttled: false };
  const throttling = THROTTLING.exec(text);
  if (throttling === null) return undefined;
  // "in throttling" counts the connection whose own line comes next.
  const total = Number(throttling[1]) - (text.startsWith("in ") ? 1 : 0);
  return { kind: "throttling", total };
}

function named(verdict: "valid" | "invalid", peer: Peer | undefined): SshEvent {
  return { kind: "named", verdict, peer };
}

function tail(text: string, from: number, cut: boolean): Peer | undefined {
  return cut ? undefined : parseNameFrom(from === 0 ? text : text.slice(from))?.peer;
}
