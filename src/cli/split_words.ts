/**
 * Splits a text into words as systemd does with an unbraced variable on a command line: at blanks, except inside
 * quotes. man 5 systemd.service, "Command lines".
 */
export function splitWords(text: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = "";
  for (const letter of text) {
    if (quote !== "" ? letter === quote : letter === '"' || letter === "'") {
      quote = quote === "" ? letter : "";
      word ??= "";
    } else if (quote === "" && /\s/.test(letter)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = (word ?? "") + letter;
    }
  }
  if (word !== undefined) words.push(word);
  return words;
}
