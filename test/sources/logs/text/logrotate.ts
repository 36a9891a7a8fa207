import { copyFileSync, renameSync, truncateSync, writeFileSync } from "node:fs";

/** As logrotate does it, with its default of numbers; eight are kept. */
export function rotate(path: string, renames: boolean): void {
  for (let i = 7; i >= 1; i--) {
    try {
      renameSync(`${path}.${i}`, `${path}.${i + 1}`);
    } catch {
      // There are fewer than eight.
    }
  }
  if (renames) {
    renameSync(path, `${path}.1`);
    writeFileSync(path, "");
    return;
  }
  copyFileSync(path, `${path}.1`);
  truncateSync(path, 0);
}
