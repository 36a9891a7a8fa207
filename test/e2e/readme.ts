/** The commands that the README tells people to type. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";

const README = resolve(import.meta.dir, "../../README.md");

/**
 * The commands of the first shell block below a heading.
 *
 * @throws an Error when there is none
 */
export function readmeCommands(heading: string): string[] {
  const section = readFileSync(README, "utf8").split(new RegExp(`^#+ ${heading}$`, "m"))[1];
  const block = /^```sh\n(.*?)^```/ms.exec(section?.split(/^#+ /m)[0] ?? "")?.[1];
  if (!block) throw new Error(`the README has no commands under "${heading}"`);
  // A line that is indented goes on with the command before it.
  return block
    .split(/\n(?! )/)
    .map((line) => line.replace(/ +# .*$/, ""))
    .filter((line) => line !== "");
}
