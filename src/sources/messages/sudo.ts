/**
 * The messages of sudo, of the classic one (lib/eventlog/eventlog.c, plugins/sudoers/logging.c) and of
 * sudo-rs (src/sudo/pipeline.rs). Both log a command that they ran alike. Only the classic one logs a
 * refusal; of sudo-rs's there is pam_unix's line alone, which the classic one has beside its own.
 */

export type SudoEvent =
  /** A command was run. `rust`: sudo-rs wrote this. */
  | { kind: "ran"; caller: string; rust: boolean }
  /** Classic sudo ran nothing: a wrong password, or the rules forbid it. */
  | { kind: "refused"; caller: string }
  /** pam_unix refused the first password of a run; either sudo, and the run may still succeed. */
  | { kind: "password_refused"; caller: string };

/**
 * The fields of an event begin with one of these; which of them are there depends on the run. Without
 * a terminal there is no TTY.
 */
const FIELD = /^(?:HOST|TTY|CHROOT|PWD|USER|GROUP|TSID|ENV|COMMAND)=/;
/** What stands before the fields where the run was refused; alerts about the set-up read otherwise. */
const REFUSAL =
  /^(?:\d+ incorrect password attempts?|user NOT in sudoers|user NOT authorized on host|command not allowed|a password is required|authentication failure|sorry, .*) ; (?:HOST|TTY|CHROOT|PWD|USER)=/;
const PAM_FAILURE = /^pam_unix\(sudo(?:-i)?:auth\): authentication failure; .* ruser=(\S*) /;

/** Undefined for a message about anything else, such as the rest of a long command. */
export function parseSudoMessage(message: string): SudoEvent | undefined {
  const pam = PAM_FAILURE.exec(message);
  if (pam !== null) return { kind: "password_refused", caller: pam[1]! };
  // Classic sudo pads the caller to eight columns, on the left.
  const colon = message.indexOf(" : ");
  if (colon < 0) return undefined;
  const caller = message.slice(0, colon).trim();
  const rest = message.slice(colon + 3);
  if (caller === "" || caller.includes(" ")) return undefined;
  // Where the caller chooses text (the folder, the command), it stands behind what is read here.
  if (FIELD.test(rest.trimStart())) {
    // sudo-rs leaves a blank where the terminal would stand.
    return { kind: "ran", caller, rust: rest.startsWith("TTY=/") || rest.startsWith(" PWD=") };
  }
  return REFUSAL.test(rest.trimStart()) ? { kind: "refused", caller } : undefined;
}
