/** What one message of an SSH server says about one connection, whichever server wrote it. */
export type SshEvent =
  /** A login. */
  | { kind: "accepted"; method: string; user: string; peer: Peer | undefined }
  /** One credential was refused. */
  | { kind: "refused"; method: string; verdict: Verdict; peer: Peer | undefined }
  /** PAM refused the answers of keyboard-interactive; a `refused` for the same attempt may follow. */
  | { kind: "pam_refused"; verdict: Verdict; peer: Peer | undefined }
  /** The client named a user; nothing was decided yet. */
  | { kind: "named"; verdict: Verdict; peer: Peer | undefined }
  /** The connection can no longer become a login; its end may or may not be logged. */
  | { kind: "given_up"; verdict: Verdict | undefined; peer: Peer | undefined }
  /** A connection exists; it has not named a user yet. */
  | { kind: "opened"; peer: Peer | undefined }
  | EndedEvent
  /** A connection with a login has ended. */
  | { kind: "session_ended"; peer: Peer | undefined }
  /** PAM opened the session of the login that the message's own pid serves. */
  | { kind: "session_opened" }
  /** The server closed the session of the login that the message's own pid served. */
  | { kind: "session_closed" }
  /** The server itself started, so all its connections are younger. */
  | { kind: "started" }
  /** The server refused a connection at once. `throttled`: because of `MaxStartups`. */
  | { kind: "dropped"; count: number; throttled: boolean }
  /** OpenSSH 8.4 to 9.9: throttling begins, or `total` connections were dropped since it began. */
  | { kind: "throttling"; total: number };

/** A connection has ended. */
export interface EndedEvent {
  kind: "ended";
  /** The account that the message names, if it names one. */
  verdict: Verdict | undefined;
  /** The message shows that the connection had no login. */
  preauth: boolean;
  /** The message may be about something else: it ends a connection only when one is known. */
  unsure: boolean;
  /** The pid that served the connection, if another process reports the end. */
  pid: number | undefined;
  peer: Peer | undefined;
}

/** The end of a connection that no other message explains. */
export function ended(parts: Partial<EndedEvent>): EndedEvent {
  return {
    kind: "ended",
    verdict: undefined,
    preauth: false,
    unsure: false,
    pid: undefined,
    peer: undefined,
    ...parts,
  };
}

/** `invalid`: unknown to the host or refused by the server's configuration. The server won't say which. */
export type Verdict = "valid" | "invalid";

/** The client's address and port. */
export interface Peer {
  /** Canonical text; undefined when it is no address: `UNKNOWN` without a socket, or a host name. */
  address: string | undefined;
  /** Undefined when a message has only the address. */
  port: number | undefined;
}
