/**
 * The messages of login(1), for consoles and serial lines: util-linux (login-utils/login.c), shadow
 * (src/login.c) and BusyBox (loginutils/login.c).
 */

export interface LoginEvent {
  kind: "login" | "failure";
  root: boolean;
}

const ROOT_LOGIN = /^(?:ROOT LOGIN ON \S|ROOT LOGIN {1,2}on '|root login on ')/;
/** util-linux; shadow, only with LOG_OK_LOGINS. */
const LOGIN = /^(?:LOGIN ON \S+ BY |'.*' logged in on )/;
/** util-linux numbers all but the last one; shadow numbers all, and then says TOO MANY once more. */
const FAILURE =
  /^(?:FAILED LOGIN \d+ FROM |FAILED LOGIN SESSION FROM |TOO MANY LOGIN TRIES \(\d+\) FROM |FAILED LOGIN \(\d+\) on '|invalid password for ')/;

/** Undefined for a message about anything else. */
export function parseLoginMessage(message: string): LoginEvent | undefined {
  if (ROOT_LOGIN.test(message)) return { kind: "login", root: true };
  if (LOGIN.test(message)) return { kind: "login", root: false };
  return FAILURE.test(message) ? { kind: "failure", root: false } : undefined;
}
