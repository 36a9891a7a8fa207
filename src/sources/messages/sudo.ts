/**
 * The messages of classic sudo (lib/eventlog/eventlog.c, plugins/sudoers/logging.c; 1.8 to 1.9.17) and of sudo-rs
 * (src/sudo/pipeline.rs). Both log a command that was run in the same way. Only classic sudo logs a refusal; with
 * sudo-rs there is only pam_unix's line, which classic sudo has too.
 */

export type SudoEvent =
  /** A command was run. `rust`: sudo-rs wrote this. */
  | {
      kind: "ran";
      caller: string;
      rust: boolean;
      /** The command, its folder and its target user, as one text. */
      command: string;
      /**
       * If the line may be the second one of a run, written at its end (`log_exit_status`): its text without the exit
       * status. A command's argument can imitate such a line.
       */
      endOf: string | undefined;
    }
  /** The next piece of a message that was too long for one line. `isEnd`: it looks like the end of a run. */
  | { kind: "continued"; caller: string; isEnd: boolean }
  /**
   * `sudo -l` or `sudo -v`, which run nothing. If another piece follows, sudo has cut its message within the name of
   * the caller's folder, which contains `COMMAND=list`: then the event is `ifContinued`.
   */
  | { kind: "asked"; caller: string; ifContinued: SudoEvent }
  /** Classic sudo refused to run a command: because of a wrong password, its rules, or a PAM module. */
  | { kind: "refused"; caller: string }
  /**
   * pam_unix refused the first password of a run, or the account; logged by either sudo, and the command may still run.
   */
  | { kind: "pam_refused"; caller: string };

/** The first field of an event is one of these, depending on the run. Without a terminal there is no TTY. */
const FIELD = /^(?:HOST|TTY|CHROOT|PWD|CWD|USER|GROUP|TSID|ENV|COMMAND)=/;
const FIELDS_BEHIND_REASON = / ; (?:HOST|TTY|CHROOT|PWD|CWD|USER|GROUP|TSID|ENV|COMMAND)=/;
/**
 * Alerts after which sudo continues, or that report a failure instead of a refusal. Any other reason is a refusal:
 * `authfail_message` in sudoers and other plugins can set any text.
 */
const NO_REFUSAL =
  /^(?:problem |unable to (?!change expired password|initialize PAM)|ignoring |time ?stamp |Account or password is expired|unknown login class|lost connection|error |\/)/;
const CONTINUED = "(command continued) ";
/** How sudo-rs begins the next piece of a message; the caller's text after it may imitate a message. */
const RUST_CONTINUED = "[...] ";
const END = / ; (?:SIGNAL=[A-Z0-9+-]{1,16} ; )?EXIT=\d{1,3}$/;
/** `sudo -l` and `sudo -v` run nothing. A command's path is never such a bare word. */
const NO_RUN = /COMMAND=(?:list(?: .*)?|validate)$/s;
/** sudoers' `log_format=json`: the needed values come first, so even a cut message has them. */
const JSON_EVENT = /^@cee: ?\{"sudo":\{"(accept|reject|alert|exit)":\{/;
const MAX_NAME = 256;

/** Undefined for any other message. */
export function parseSudoMessage(message: string): SudoEvent | undefined {
  if (message.startsWith("@cee:")) return parseJson(message);
  if (message.startsWith("pam_unix(sudo")) return parsePam(message);
  if (message.startsWith(RUST_CONTINUED)) return undefined;
  // Classic sudo pads the caller with blanks on the left to eight columns.
  const colon = message.indexOf(" : ");
  if (colon < 0 || colon > MAX_NAME) return undefined;
  const caller = message.slice(0, colon).trim();
  if (caller === "") return undefined;
  // sudo-rs leaves a blank in place of the terminal.
  const rest = message.slice(colon + 3);
  const rust = rest.startsWith("TTY=/") || rest.startsWith(" PWD=");
  return eventOf(caller, rest.trimStart(), rust);
}

/** The texts that the caller chooses (folder, command) come after what is parsed here. */
function eventOf(caller: string, text: string, rust: boolean): SudoEvent | undefined {
  if (text.startsWith(CONTINUED)) return { kind: "continued", caller, isEnd: END.test(text) };
  const event = runOf(caller, text, rust);
  // sudo-rs logs neither questions nor the end of a run.
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

/**
 * Whether the run was only a question. The caller can put `COMMAND=list` into other fields, but then there is a second
 * `COMMAND=`.
 */
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

/** Quotation marks within a text are escaped, so no text can imitate a key. */
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
