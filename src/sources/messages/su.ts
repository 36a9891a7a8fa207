/**
 * The messages of su(1): of util-linux (login-utils/su-common.c, log_syslog), of shadow (src/su.c and lib/sulog.c) and
 * of BusyBox (loginutils/su.c). A refusal by an account module is logged like a wrong password; a session that could
 * not be opened is not logged.
 */

export interface SuEvent {
  success: boolean;
  /** The calling user; `???` or empty when unknown to su. */
  caller: string;
  target: string;
  /** The short form: the second of two lines that shadow's su writes for a run, and the only one of BusyBox. */
  isShort: boolean;
}

/** Undefined for a message about anything else, such as PAM's. */
export function parseSuMessage(message: string): SuEvent | undefined {
  return parseUtilLinux(message) ?? parseShadow(message) ?? parseShort(message);
}

/** `[FAILED SU ](to TARGET) CALLER on TTY`, TTY being `none` without a terminal. */
function parseUtilLinux(message: string): SuEvent | undefined {
  const isFailure = message.startsWith("FAILED SU (to ");
  if (!isFailure && !message.startsWith("(to ")) return undefined;
  const targetAt = message.indexOf("(to ") + 4;
  const targetEnd = message.indexOf(") ", targetAt);
  const callerEnd = message.lastIndexOf(" on ");
  if (targetEnd < 0 || callerEnd < targetEnd + 2) return undefined;
  if (message.includes(" ", callerEnd + 4)) return undefined;
  return {
    success: !isFailure,
    caller: message.slice(targetEnd + 2, callerEnd),
    target: message.slice(targetAt, targetEnd),
    isShort: false,
  };
}

/** `Successful su for TARGET by CALLER`, `FAILED su for TARGET by CALLER`. */
function parseShadow(message: string): SuEvent | undefined {
  const success = message.startsWith("Successful su for ");
  if (!success && !message.startsWith("FAILED su for ")) return undefined;
  const targetAt = success ? 18 : 14;
  const by = message.indexOf(" by ", targetAt);
  if (by < 0) return undefined;
  return {
    success,
    caller: message.slice(by + 4),
    target: message.slice(targetAt, by),
    isShort: false,
  };
}

/** `{+|-} TTY CALLER:TARGET`. A name contains no colon. */
function parseShort(message: string): SuEvent | undefined {
  const success = message.startsWith("+ ");
  if (!success && !message.startsWith("- ")) return undefined;
  const ttyEnd = message.indexOf(" ", 2);
  const colon = message.indexOf(":", ttyEnd + 1);
  if (ttyEnd < 3 || colon < 0 || message.includes(":", colon + 1)) return undefined;
  return {
    success,
    caller: message.slice(ttyEnd + 1, colon),
    target: message.slice(colon + 1),
    isShort: true,
  };
}
