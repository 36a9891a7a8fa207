/** The pids in `/proc`: its folders with numbers as names. man 5 proc. */
import { listFolder } from "../descriptors.ts";
import type { Root } from "../root.ts";

/**
 * The pids in ascending order.
 *
 * @throws the system's error when `/proc` can't be listed
 */
export function listPids(root: Root): Int32Array {
  // The runtime converts the strings natively, other names to 0; a loop over them would take twice as long.
  const pids = new Int32Array(listFolder(root.procfs) as readonly unknown[] as number[]);
  // The kernel lists them in this order, behind the other names; a copied tree does not.
  pids.sort();
  return pids.subarray(pids.lastIndexOf(0) + 1);
}
