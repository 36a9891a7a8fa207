/** A program that writes numbered lines to a file and rotates it, until a time is over. */
import { appendFileSync } from "node:fs";
import { randomFrom } from "../../../helpers/fuzz.ts";
import { rotate } from "./logrotate.ts";

const [path, seed, milliseconds] = process.argv.slice(2);
const random = randomFrom(Number(seed));
const endMs = Date.now() + Number(milliseconds);
let count = 0;
let rotatedMs = Date.now();
while (Date.now() < endMs) {
  for (let i = random.below(10); i > 0; i--) appendFileSync(path!, `${count++} line\n`);
  await Bun.sleep(random.below(4));
  // Nobody rotates oftener; two rotations while a reader lists the files would be too much.
  if (Date.now() - rotatedMs < 30 || random.chance(0.7)) continue;
  rotate(path!, random.chance(0.5));
  rotatedMs = Date.now();
}
process.stdout.write(String(count));
