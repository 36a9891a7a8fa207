import { heapStats } from "bun:jsc";

/** The bytes that texts, maps and buffers hold which are kept, the garbage left out. */
export function heldBytes(): number {
  Bun.gc(true);
  return heapStats().heapSize;
}
