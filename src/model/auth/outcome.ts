/** One event to count, however many log lines report it. */
export type Outcome =
  /** Failed SSH logins. */
  | {
      kind: "failure";
      reason: FailureReason;
      count: number;
      timeMs: number;
      /** The client's address in canonical form, if the log has it. */
      address: string | undefined;
    }
  /** The address of failures that were emitted before without one. */
  | { kind: "failure_origin"; count: number; timeMs: number; address: string }
  /** An accepted SSH login. `user` is the name as sshd accepted it; `root`: its uid is 0. */
  | { kind: "login"; method: LoginMethod; user: string; root: boolean }
  /** An SSH connection that ended before it named a user: a port scan, a failed key exchange. */
  | { kind: "unauthenticated_disconnect" }
  /** SSH connections that the server dropped at once, because of MaxStartups or penalties. */
  | { kind: "dropped_connection"; count: number }
  /** A user other than root ran a command as another user, or was refused. */
  | {
      kind: "escalation";
      method: EscalationMethod;
      /** The calling user. */
      user: string;
      success: boolean;
      count: number;
    }
  /** A login session is over. */
  | { kind: "session_ended"; seconds: number }
  /** Root logged in at the console. */
  | { kind: "console_root_login"; count: number };

export type Emit = (outcome: Outcome) => void;

/**
 * `invalid_user`: the account is unknown, or refused by the server's configuration (sshd does not tell
 * these apart). `bad_credentials`: a known user whose password, or keyboard-interactive answer, was
 * refused. `no_credentials`: a known user whose connection ended with nothing but refused keys or none.
 */
export const FAILURE_REASONS = ["invalid_user", "bad_credentials", "no_credentials"] as const;
export type FailureReason = (typeof FAILURE_REASONS)[number];

/** The names of RFC 4252, 4256 and 4462; `other` for any that a later server may add. */
export const LOGIN_METHODS = [
  "password",
  "publickey",
  "keyboard-interactive",
  "hostbased",
  "gssapi-with-mic",
  "gssapi-keyex",
  "none",
  "other",
] as const;
export type LoginMethod = (typeof LOGIN_METHODS)[number];

export const ESCALATION_METHODS = ["sudo", "su"] as const;
export type EscalationMethod = (typeof ESCALATION_METHODS)[number];

/** `keyboard-interactive` as the server writes it, without the submethod. */
export function loginMethod(text: string): LoginMethod {
  return LOGIN_METHODS.find((method) => method === text) ?? "other";
}
