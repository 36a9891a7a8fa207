/** What one message of an SSH server says about one connection, whichever server wrote it. */
export type SshEvent =
  /** A login. */
  | { kind: "accepted"; method: string; user: string; peer: Peer | undefined }
  /** One credential was refused. */
  | { kind: "refused"; method: string; verdict: Verdict; peer: Peer | undefined }
  /** PAM refused the answers of keyboard-interactive; a `refused` for the same attempt may follow. */
  | { kind: "pam_refused"; verdict: Verdict; peer: Peer | undefined }
  /** The client named a user; nothing was decided. */
  | { kind: "named"; verdict: Verdict; peer: Peer | undefined }
  /** Nothing more can come of a connection; its end may still be logged, or not. */
  | { kind: "given_up"; verdict: Verdict | undefined; peer: Peer | undefined }
  /** A connection exists; nobody was named yet. */
  | { kind: "opened"; peer: Peer | undefined }
  | EndedEvent
  /** A connection on which someone had logged in is over. */
  | { kind: "session_ended"; peer: Peer | undefined }
  /** PAM opened the session of the login that the message's own pid serves. */
  | { kind: "session_opened" }
  /** The server let go of the login that the message's own pid served. */
  | { kind: "session_closed" }
  /** The server itself began: no connection is older. */
  | { kind: "started" }
  /** The server refused a connection at once. `throttled`: because of `MaxStartups`. */
  | { kind: "dropped"; count: number; throttled: boolean }
  /** OpenSSH 8.4 to 9.9: throttling begins, or `total` connections were dropped since it began. */
  | { kind: "throttling"; total: number };

/** A connection is over. */
export interface EndedEvent {
  kind: "ended";
  /** The account that the message names, if it names one. */
  verdict: Verdict | undefined;
  /** The message itself shows that nobody had logged in. */
  preauth: boolean;
  /** The message may have nothing to do with a connection: it ends one only where one is known. */
  unsure: boolean;
  /** The process that served the connection, where another one reports the end. */
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

/** The client's end of a connection. */
export interface Peer {
  /** Canonical text; undefined when it is no address: `UNKNOWN` without a socket, or a host name. */
  address: string | undefined;
  /** Undefined where a message tells only the address. */
  port: number | undefined;
}
