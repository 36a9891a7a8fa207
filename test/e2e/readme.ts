/** The commands that the README, or another document, tells people to type. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";

const PROJECT = resolve(import.meta.dir, "../..");

/**
 * The commands of the first shell block below a heading.
 *
 * @throws an Error when there is none
 */
export function readmeCommands(heading: string, document = "README.md"): string[] {
  const section = readFileSync(resolve(PROJECT, document), "utf8").split(
    new RegExp(`^#+ ${heading}$`, "m"),
  )[1];
  const block = /^```sh\n(.*?)^```/ms.exec(section?.split(/^#+ /m)[0] ?? "")?.[1];
  if (!block) throw new Error(`${document} has no commands under "${heading}"`);
  // A line that is indented goes on with the command before it.
  return block
    .split(/\n(?! )/)
    .map((line) => line.replace(/ +# .*$/, ""))
    .filter((line) => line !== "");
}
