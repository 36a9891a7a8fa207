/**
 * The messages of OpenSSH's server about logins and login attempts: auth.c, auth-pam.c, packet.c, kex.c, monitor.c and
 * sshd.c of openssh-portable 7.4 to 10.6.
 *
 * Messages contain user names, certificate ids and disconnect texts that a client chooses before authentication. None
 * of these may imitate another message, so a message is recognized by its beginning, and an address is read only from a
 * place that the client's text can't reach.
 */
import { unescapeC } from "../escape.ts";
import { type SshEvent, ended } from "./ssh_event.ts";
import { parseHost, parseNameFrom, parsePeer, parseRemoteId } from "./sshd_peer.ts";
import { parseSshdNotice } from "./sshd_notice.ts";
import { CUT_MARK } from "../logs/record.ts";

/** sshd cuts a message for syslog at this length, anywhere in its text (log.c: `%.500s`). */
const CUT_LENGTH = 500;

/** Undefined for a message that says nothing about a login, an attempt or a connection's end. */
export function parseSshdMessage(message: string): SshEvent | undefined {
  const cut = message.length >= CUT_LENGTH || message.endsWith(CUT_MARK);
  // The prefixes are missing when sshd logs to standard error.
  const fatal = message.startsWith("fatal: ");
  let text = fatal || message.startsWith("error: ") ? message.slice(7) : message;
  const preauth = !cut && text.endsWith(" [preauth]");
  if (preauth) text = text.slice(0, -10);
  const postauth = !cut && !preauth && text.endsWith(" [postauth]");
  if (postauth) text = text.slice(0, -11);
  const event = parseVerdict(text, cut) ?? parseEnd(text, cut) ?? parseSshdNotice(text, cut);
  if (event === undefined) return fatal ? ended({ preauth, unsure: !preauth }) : undefined;
  if (event.kind !== "ended") return event;
  if (postauth) return { kind: "session_ended", peer: event.peer };
  return preauth ? { ...event, preauth } : event;
}

/**
 * `{Accepted|Failed} METHOD[/SUBMETHOD] for [invalid user ]NAME from ADDR port N ssh2[: DETAIL]`.
 * `Postponed` and `Partial` decide nothing.
 */
function parseVerdict(text: string, cut: boolean): SshEvent | undefined {
  const accepted = text.startsWith("Accepted ");
  if (!accepted && !text.startsWith("Failed ")) return undefined;
  const methodAt = accepted ? 9 : 7;
  const methodEnd = text.indexOf(" ", methodAt);
  if (methodEnd < 0 || !text.startsWith(" for ", methodEnd)) return undefined;
  const method = text.slice(methodAt, methodEnd).replace(/\/.*$/, "");
  const rest = text.slice(methodEnd + 5);
  const invalid = rest.startsWith("invalid user ");
  // The detail may contain a certificate's id, which the client chooses; a name can't contain "ssh2: ".
  const detail = rest.indexOf(" ssh2: ");
  const headEnd = detail < 0 && rest.endsWith(" ssh2") ? rest.length - 5 : detail;
  const from =
    headEnd < 0 || (cut && detail < 0) ? undefined : parseNameFrom(rest.slice(0, headEnd));
  if (from === undefined && !cut) return undefined;
  if (!accepted) {
    return { kind: "refused", method, verdict: invalid ? "invalid" : "valid", peer: from?.peer };
  }
  return from && { kind: "accepted", method, user: unescapeC(from.name), peer: from.peer };
}

/** The beginnings of messages about an ended connection; the connection's id follows. */
const ENDS = [
  "Connection closed by ",
  "Connection reset by ",
  "Disconnected from ",
  "Disconnecting ",
  "Unable to negotiate with ",
];
/** sshpkt_vfatal: `banner exchange: Connection from ID: invalid format`; without a tag, too. */
const PACKET_ERROR = /^(?:[\w ]{1,60}: )?Connection from /;

function parseEnd(text: string, cut: boolean): SshEvent | undefined {
  let idAt = ENDS.find((start) => text.startsWith(start))?.length;
  idAt ??= PACKET_ERROR.exec(text)?.[0].length;
  if (idAt !== undefined) {
    const id = parseRemoteId(text.slice(idAt), cut);
    if (id !== undefined) {
      const { verdict, peer } = id;
      if (verdict === "logged in") return { kind: "session_ended", peer };
      // Always before a login, but up to 10.2 without " [preauth]".
      const isBanner = text.startsWith("banner exchange: ");
      return ended({ verdict, peer, preauth: verdict !== undefined || isBanner });
    }
    // LogLevel VERBOSE: `Connection from ADDR port N on ADDR port N rdomain ""`.
    const opened = /^Connection from (\S+) port (\d{1,5}) on /.exec(text);
    return opened === null
      ? undefined
      : { kind: "opened", peer: parsePeer(opened[1]!, opened[2]!) };
  }
  if (text.startsWith("Disconnecting: ")) return ended({ preauth: true });
  if (text.startsWith("Access denied for user ")) return ended({ verdict: "valid", preauth: true });
  return text.startsWith("Timeout before authentication for ") ? parseTimeout(text) : undefined;
}

/**
 * Up to 9.7 logged by the process that served the connection; since 9.8 by the listener, with the pid of that process
 * in the text.
 */
function parseTimeout(text: string): SshEvent | undefined {
  const timeout =
    /^Timeout before authentication for (?:connection from (\S+) to \S+, pid = (\d{1,10})|(\S+) port (\d{1,5}))$/.exec(
      text,
    );
  if (timeout === null) return undefined;
  const [, address, pid, ownAddress, ownPort] = timeout;
  if (pid === undefined) return ended({ peer: parsePeer(ownAddress!, ownPort!), preauth: true });
  return ended({ peer: parseHost(address!), pid: Number(pid), preauth: true });
}
