/**
 * The parts of sshd's messages with a client's address after a user name that the client chose.
 *
 * The name may imitate the rest of a message (`root from 1.2.3.4 port 22 ssh2`), so addresses are parsed from the
 * right. A name can't contain a colon: sshd cuts it off as the "style" before it logs.
 */
import { canonicalAddress } from "../ip_address.ts";
import type { Verdict, Peer } from "./ssh_event.ts";

/** `[{authenticating|invalid} user NAME |user NAME ]ADDR port N`, then the end, `: TEXT` or ` timed out`. */
export interface RemoteId {
  verdict: Verdict | "logged in" | undefined;
  peer: Peer | undefined;
}

const PORT_AND_END = / port (\d{1,5})(?:(: )| timed out$|$)/;

/**
 * Parses sshd's connection id (ssh_packet_fmt_connection_id in packet.c).
 *
 * @param cut the end of the text is missing, so an address there may be part of the name
 */
export function parseRemoteId(text: string, cut: boolean): RemoteId | undefined {
  const verdict = remoteVerdict(text);
  const port = PORT_AND_END.exec(text);
  // The client can't write a colon after the port, so the text before it is complete, even when the message is cut.
  if (port === null || (cut && port[2] === undefined)) {
    return cut && verdict !== undefined ? { verdict, peer: undefined } : undefined;
  }
  const addressAt = text.lastIndexOf(" ", port.index - 1) + 1;
  if (verdict === undefined && addressAt > 0) return undefined;
  const peer = parsePeer(text.slice(addressAt, port.index), port[1]!);
  return peer === undefined ? undefined : { verdict, peer };
}

function remoteVerdict(text: string): RemoteId["verdict"] {
  if (text.startsWith("authenticating user ")) return "valid";
  if (text.startsWith("invalid user ")) return "invalid";
  return text.startsWith("user ") ? "logged in" : undefined;
}

/** Parses the last `NAME from ADDR port N`, which must reach to the end of the text. */
export function parseNameFrom(text: string): { name: string; peer: Peer } | undefined {
  const portAt = text.lastIndexOf(" port ");
  if (portAt < 0) return undefined;
  const addressAt = text.lastIndexOf(" ", portAt - 1) + 1;
  if (!text.startsWith(" from ", addressAt - 6)) return undefined;
  const peer = parsePeer(text.slice(addressAt, portAt), text.slice(portAt + 6));
  return peer === undefined ? undefined : { name: text.slice(0, addressAt - 6), peer };
}

/** An address literal or `UNKNOWN`, which sshd prints with port 65535 when the client is no socket. */
export function parsePeer(address: string, port: string): Peer | undefined {
  if (!/^\d{1,5}$/.test(port)) return undefined;
  const canonical = canonicalAddress(address);
  if (canonical === undefined && address !== "UNKNOWN") return undefined;
  return { address: canonical, port: Number(port) };
}

/** An address without a port, or a host name, which is not used. */
export function parseHost(host: string): Peer | undefined {
  const address = canonicalAddress(host);
  return address === undefined ? undefined : { address, port: undefined };
}
