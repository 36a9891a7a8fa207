/**
 * A label value that every tool downstream can show: control characters, and what was no valid UTF-8,
 * become U+FFFD. Quotes, backslashes and newlines are the renderer's to escape.
 */
export function cleanLabel(value: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what it looks for
  return value.toWellFormed().replace(/[\u0000-\u001f\u007f-\u009f]/g, "\ufffd");
}
