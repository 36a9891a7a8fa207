/**
 * Run by process_scan.test.ts with few descriptors: what passes over a copied `/proc` (its folder is the
 * argument) give when there is none left from some path on. Prints JSON.
 */
import { closeSync, openSync } from "node:fs";
import { codeOf } from "../../../src/sources/errors.ts";
import { ProcessScan } from "../../../src/sources/proc/process_scan.ts";
import { Root } from "../../../src/sources/root.ts";

const root = new Root(process.argv[2]);
const { procfs } = root;
let asked = 0;
let exhaustAt = Infinity;
const taken: number[] = [];

// Every path below /proc is made of this one, so it tells how far a pass has come.
Object.defineProperty(root, "procfs", {
  get: () => {
    if (++asked === exhaustAt) takeAll();
    return procfs;
  },
});

function takeAll(): void {
  try {
    for (;;) taken.push(openSync("/dev/null", "r"));
  } catch (error) {
    if (codeOf(error) !== "EMFILE") throw error;
  }
}

// All are asked for their uid in every pass.
const scan = new ProcessScan(root, () => 0, undefined, 1);

async function pass(): Promise<number | string> {
  asked = 0;
  try {
    return (await scan.run()).length;
  } catch (error) {
    return codeOf(error) ?? String(error);
  } finally {
    for (const fd of taken.splice(0)) closeSync(fd);
  }
}

// The first pass looks for control groups as well.
await pass();
const whole = await pass();
const paths = asked;
const results: unknown[] = [];
for (exhaustAt = 1; exhaustAt <= paths; exhaustAt++) {
  const at = exhaustAt;
  const short = await pass();
  exhaustAt = Infinity;
  results.push([short, await pass()]);
  exhaustAt = at;
}
console.log(JSON.stringify({ whole, paths, results }));
