/**
 * The messages of login(1), for consoles and serial lines: util-linux (login-utils/login.c), shadow
 * (src/login.c) and BusyBox (loginutils/login.c).
 */

const ROOT_LOGIN = /^(?:ROOT LOGIN ON \S|ROOT LOGIN {1,2}on '|root login on ')/;

/** Whether login(1) says that root has logged in. */
export function isRootLogin(message: string): boolean {
  return ROOT_LOGIN.test(message);
}
