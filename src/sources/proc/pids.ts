/** The pids in `/proc`: its folders with numbers as names. man 5 proc. */
import { listFolder } from "../descriptors.ts";
import type { Root } from "../root.ts";

/**
 * The pids in ascending order.
 *
 * @throws the system's error when `/proc` can't be listed
 */
export function listPids(root: Root): Int32Array {
  const names = listFolder(root.procfs);
  const pids = new Int32Array(names.length);
  let count = 0;
  for (const name of names) {
    const initial = name.charCodeAt(0);
    if (initial >= 0x30 && initial <= 0x39) pids[count++] = Number(name);
  }
  // The kernel already lists them in this order; a copied tree does not.
  return pids.subarray(0, count).sort();
}
