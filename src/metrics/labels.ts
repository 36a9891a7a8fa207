/** The longest label value, in UTF-16 code units. No login name is longer (LOGIN_NAME_MAX is 256). */
export const MAX_LABEL_LENGTH = 256;

const CONTROL = /\p{Cc}/u;
const EVERY_CONTROL = /\p{Cc}/gu;

/**
 * A label value that every tool can show: control characters and invalid UTF-8 become U+FFFD; a value over the limit is
 * cut and ends in `…`. The renderer escapes quotes, backslashes and newlines.
 */
export function cleanLabel(value: string): string {
  const cut = value.length > MAX_LABEL_LENGTH ? `${value.slice(0, MAX_LABEL_LENGTH - 1)}…` : value;
  const wellFormed = cut.toWellFormed();
  return CONTROL.test(wellFormed) ? wellFormed.replace(EVERY_CONTROL, "\ufffd") : wellFormed;
}
