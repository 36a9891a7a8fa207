/** The pids in `/proc`: its folders with numbers as names. man 5 proc. */
import { listFolder } from "../descriptors.ts";
import type { Root } from "../root.ts";

/**
 * The pids in ascending order.
 *
 * @throws the system's error when `/proc` can't be listed
 */
export function listPids(root: Root): Int32Array {
  const names: readonly unknown[] = listFolder(root.procfs);
  // The constructor converts the strings natively, other names to 0; a loop would take twice as long.
  const pids = new Int32Array(names as readonly number[]);
  // The kernel lists them in this order, behind the other names; a copied tree does not.
  pids.sort();
  return pids.subarray(pids.lastIndexOf(0) + 1);
}
