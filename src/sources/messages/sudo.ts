/**
 * The messages of sudo, of the classic one (lib/eventlog/eventlog.c, plugins/sudoers/logging.c; 1.8 to
 * 1.9.17) and of sudo-rs (src/sudo/pipeline.rs). Both log a command that they ran alike. Only the
 * classic one logs a refusal; of sudo-rs's there is pam_unix's line alone, which the classic one has
 * beside its own.
 */

export type SudoEvent =
  /** A command was run. `rust`: sudo-rs wrote this. */
  | {
      kind: "ran";
      caller: string;
      rust: boolean;
      /** What was run, where and as whom. */
      command: string;
      /**
       * The line may be the second one of a run, written at its end (`log_exit_status`): what it says
       * but for that. An argument of a command can read like it, too.
       */
      endOf: string | undefined;
    }
  /** The next piece of a message that was too long for one line. `isEnd`: it reads like the end of a run. */
  | { kind: "continued"; caller: string; isEnd: boolean }
  /**
   * `sudo -l` or `sudo -v`, which run nothing. Where another piece follows, `COMMAND=list` is in the name of the
   * caller's folder, in the middle of which sudo has cut its message, and it is the other event.
   */
  | { kind: "asked"; caller: string; ifContinued: SudoEvent }
  /** Classic sudo ran nothing: a wrong password, the rules, or a module of PAM forbids it. */
  | { kind: "refused"; caller: string }
  /** pam_unix refused the first password of a run, or the account; either sudo, and it may still run. */
  | { kind: "pam_refused"; caller: string };

/**
 * The fields of an event begin with one of these; which of them are there depends on the run. Without
 * a terminal there is no TTY.
 */
const FIELD = /^(?:HOST|TTY|CHROOT|PWD|CWD|USER|GROUP|TSID|ENV|COMMAND)=/;
const FIELDS_BEHIND_REASON = / ; (?:HOST|TTY|CHROOT|PWD|CWD|USER|GROUP|TSID|ENV|COMMAND)=/;
/**
 * Alerts after which sudo goes on, or which say that it can't, not that it may not. Any other reason
 * is a refusal: `authfail_message` in sudoers and other plugins can make it say anything.
 */
const NO_REFUSAL =
  /^(?:problem |unable to (?!change expired password|initialize PAM)|ignoring |time ?stamp |Account or password is expired|unknown login class|lost connection|error |\/)/;
const CONTINUED = "(command continued) ";
/** What sudo-rs begins the next piece of a message with; behind it the caller's text may read like a message. */
const RUST_CONTINUED = "[...] ";
const END = / ; (?:SIGNAL=[A-Z0-9+-]{1,16} ; )?EXIT=\d{1,3}$/;
/** `sudo -l` and `sudo -v` run nothing. A command's path is never such a bare word. */
const NO_RUN = /COMMAND=(?:list(?: .*)?|validate)$/s;
/** sudoers' `log_format=json`: the values that matter come first, so a cut message has them, too. */
const JSON_EVENT = /^@cee: ?\{"sudo":\{"(accept|reject|alert|exit)":\{/;
const MAX_NAME = 256;

/** Undefined for a message about anything else. */
export function parseSudoMessage(message: string): SudoEvent | undefined {
  if (message.startsWith("@cee:")) return parseJson(message);
  if (message.startsWith("pam_unix(sudo")) return parsePam(message);
  if (message.startsWith(RUST_CONTINUED)) return undefined;
  // Classic sudo pads the caller to eight columns, on the left.
  const colon = message.indexOf(" : ");
  if (colon < 0 || colon > MAX_NAME) return undefined;
  const caller = message.slice(0, colon).trim();
  if (caller === "") return undefined;
  // sudo-rs leaves a blank where the terminal would stand.
  const rest = message.slice(colon + 3);
  const rust = rest.startsWith("TTY=/") || rest.startsWith(" PWD=");
  return eventOf(caller, rest.trimStart(), rust);
}

/** Where the caller chooses text (the folder, the command), it stands behind what is read here. */
function eventOf(caller: string, text: string, rust: boolean): SudoEvent | undefined {
  if (text.startsWith(CONTINUED)) return { kind: "continued", caller, isEnd: END.test(text) };
  const event = runOf(caller, text, rust);
  // Of questions, and of how a run ended, sudo-rs logs nothing.
  if (event === undefined || rust || !isOnlyQuestion(text)) return event;
  return { kind: "asked", caller, ifContinued: event };
}

function runOf(caller: string, text: string, rust: boolean): SudoEvent | undefined {
  if (!FIELD.test(text)) {
    const isOther = !FIELDS_BEHIND_REASON.test(text) || NO_REFUSAL.test(text);
    return isOther ? undefined : { kind: "refused", caller };
  }
  const end = rust ? null : END.exec(text);
  const endOf = end === null ? undefined : text.slice(0, end.index);
  return { kind: "ran", caller, rust, command: text, endOf };
}

/** The caller can write `COMMAND=list` elsewhere, but not without a second `COMMAND=`. */
function isOnlyQuestion(text: string): boolean {
  const commandAt = text.indexOf("COMMAND=");
  if (commandAt < 0 || text.includes("COMMAND=", commandAt + 8)) return false;
  return NO_RUN.test(text);
}

/** pam_unix on the account: `account NAME has expired (…)`, `expired password for user NAME (…)`. */
const ACCOUNT_REFUSED =
  /^pam_unix\(sudo(?:-i)?:account\): (?:account (.{1,256}?) has expired|expired password for user (.{1,256}?)) \(/;

/** `pam_unix(sudo:auth): authentication failure; … ruser=CALLER rhost=  user=NAME`, and the account's. */
function parsePam(message: string): SudoEvent | undefined {
  const account = ACCOUNT_REFUSED.exec(message);
  if (account !== null) return { kind: "pam_refused", caller: (account[1] ?? account[2])! };
  if (!/^pam_unix\(sudo(?:-i)?:auth\): authentication failure; /.test(message)) return undefined;
  const callerAt = message.indexOf(" ruser=") + 7;
  const end = message.indexOf(" rhost=", callerAt);
  if (callerAt < 7 || end < 0 || end - callerAt > MAX_NAME) return undefined;
  return { kind: "pam_refused", caller: message.slice(callerAt, end) };
}

function parseJson(message: string): SudoEvent | undefined {
  const type = JSON_EVENT.exec(message)?.[1];
  const caller = jsonText(message, "submituser");
  const command = jsonText(message, "command") ?? "";
  if (type === undefined || type === "exit" || caller === undefined) return undefined;
  if (command === "list" || command === "validate") return undefined;
  if (type === "accept") return { kind: "ran", caller, rust: false, command, endOf: undefined };
  const reason = jsonText(message, "reason") ?? "";
  return type === "alert" && NO_REFUSAL.test(reason) ? undefined : { kind: "refused", caller };
}

/** A quotation mark within a text is escaped, so no text can look like a key. */
function jsonText(message: string, key: string): string | undefined {
  const keyAt = message.indexOf(`"${key}":"`);
  if (keyAt < 0) return undefined;
  const text = /"(?:[^"\\]|\\.)*"/y;
  text.lastIndex = keyAt + key.length + 3;
  const quoted = text.exec(message)?.[0];
  try {
    return quoted === undefined ? undefined : (JSON.parse(quoted) as string);
  } catch {
    return undefined;
  }
}
