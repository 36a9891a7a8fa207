/** The message of su(1) of util-linux (login-utils/su-common.c), one for each run. */

export interface SuEvent {
  success: boolean;
  /** Who ran it. */
  caller: string;
}

/** `[FAILED SU ](to TARGET) CALLER on TTY`, TTY being `none` without a terminal. */
const SU = /^(FAILED SU )?\(to [^)]+\) (.*) on \S+$/;

/** Undefined for a message about anything else, such as PAM's. */
export function parseSuMessage(message: string): SuEvent | undefined {
  const su = SU.exec(message);
  return su === null ? undefined : { success: su[1] === undefined, caller: su[2]! };
}
