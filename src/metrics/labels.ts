/**
 * A label value that every tool downstream can show: control characters, and what was no valid UTF-8,
 * become U+FFFD. Quotes, backslashes and newlines are the renderer's to escape.
 */
export function cleanLabel(value: string): string {
  return value.toWellFormed().replace(/\p{Cc}/gu, "\ufffd");
}
