/**
 * The messages of login(1), for consoles and serial lines: util-linux (login-utils/login.c), shadow
 * (src/login.c) and BusyBox (loginutils/login.c).
 */

const ROOT_LOGIN = /^(?:ROOT LOGIN ON \S|ROOT LOGIN {1,2}on '|root login on ')/;

/** login's own message, which BusyBox does not write, or PAM's in login's name. */
const LOGIN =
  /^(?:(?:ROOT )?LOGIN ON \S|DIALUP AT \S|(?:ROOT )?LOGIN {1,2}on '|root login on '|pam_unix\(login:session\): session opened for user )/;

/** Whether a message of login(1) reports a login. */
export function isConsoleLogin(message: string): boolean {
  return LOGIN.test(message);
}

/** Whether a message of login(1) reports a login of root. */
export function isRootLogin(message: string): boolean {
  return ROOT_LOGIN.test(message);
}
