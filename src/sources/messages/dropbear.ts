/**
 * The messages of dropbear, the SSH server of small systems: svr-auth.c, svr-authpasswd.c, svr-authpam.c,
 * svr-authpubkey.c and svr-session.c of dropbear 2013 to 2025. It logs only names of accounts, except in `wrong user
 * NAME`. Addresses are `IP:PORT`, IPv6 without brackets.
 */
import { canonicalAddress } from "../ip_address.ts";
import { type Peer, type SshEvent, ended } from "./ssh_event.ts";

/** The method of the login, and its name in the protocol. */
const ACCEPTED: [start: string, method: string][] = [
  ["Password auth succeeded for '", "password"],
  ["PAM password auth succeeded for '", "password"],
  ["Pubkey auth succeeded for '", "publickey"],
  ["Auth succeeded with blank password for '", "password"],
];
const REFUSED =
  /^(?:Bad password attempt for '|Bad PAM password attempt for '|Too-long password attempt for '|User '.*' has blank password, rejected$)/;
const NAMED_INVALID =
  /^(?:Login attempt for nonexistent user|Login attempt with wrong user |Root login rejected$|Logins are restricted to the group |User '.*' has invalid shell, rejected|User '.*' is locked|User account '.*' is locked)/;
/** With `-t` a second method must follow, which counts as the login's method. */
const HALF_ACCEPTED = ", extra auth required";
const EXIT =
  /^(?:Exit before auth|Early exit)(?: from <([^<>]*)>)?(?::? ?\((?:user )?'.*', \d+ fails\))?: /;

/** Undefined for a message that says nothing about a login, an attempt or a connection's end. */
export function parseDropbearMessage(message: string): SshEvent | undefined {
  // Dropbear up to 0.5x began its messages with a small letter.
  const text = message.charAt(0).toUpperCase() + message.slice(1);
  if (text.startsWith("Child connection from ")) {
    return { kind: "opened", peer: parseAddressPort(text.slice(22)) };
  }
  for (const [start, method] of ACCEPTED) {
    if (!text.startsWith(start)) continue;
    if (text.endsWith(HALF_ACCEPTED)) return undefined;
    return { kind: "accepted", method, user: quotedName(text, start.length), peer: lastFrom(text) };
  }
  if (REFUSED.test(text)) {
    return { kind: "refused", method: "password", verdict: "valid", peer: lastFrom(text) };
  }
  if (NAMED_INVALID.test(text)) {
    return { kind: "named", verdict: "invalid", peer: lastFrom(text) };
  }
  return parseExit(text);
}

/** `Exit before auth from <A>: (user 'U', n fails): TEXT`; after a login `Exit (U) from <A>: TEXT`. */
function parseExit(text: string): SshEvent | undefined {
  const exit = EXIT.exec(text);
  if (exit !== null) {
    return ended({
      verdict: exit[0].includes("'") ? "valid" : undefined,
      preauth: true,
      peer: exit[1] === undefined ? undefined : parseAddressPort(exit[1]),
    });
  }
  const after = /^Exit \(.*?\) from <([^<>]*)>: /.exec(text);
  return after === null ? undefined : { kind: "session_ended", peer: parseAddressPort(after[1]!) };
}

function quotedName(text: string, from: number): string {
  const quote = text.indexOf("'", from);
  return quote < 0 ? "" : text.slice(from, quote);
}

function lastFrom(text: string): Peer | undefined {
  const from = text.lastIndexOf(" from ");
  return from < 0 ? undefined : parseAddressPort(text.slice(from + 6));
}

function parseAddressPort(text: string): Peer | undefined {
  const colon = text.lastIndexOf(":");
  const address = colon < 0 ? undefined : canonicalAddress(text.slice(0, colon));
  const port = text.slice(colon + 1);
  if (address === undefined || !/^\d{1,5}$/.test(port)) return undefined;
  return { address, port: Number(port) };
}
