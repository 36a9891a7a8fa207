/** The package that was built, and the same with a higher version. */
import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { command } from "./machine/commands.ts";

const PROJECT = resolve(import.meta.dir, "../..");
const NAME = /^user-sessions-exporter_.*_amd64\.deb$/;

/** @throws an Error when none is there, or several */
export function builtPackage(): string {
  return onlyPackage(join(PROJECT, "dist"));
}

/** Builds another whose version is higher than that of a given one. */
export async function higherPackage(file: string, folder: string): Promise<string> {
  const version = (await command(["dpkg-deb", "-f", file, "Version"])).trim();
  const higher = version.replace(/^\d+/, (major) => String(Number(major) + 1));
  // Hardly compressed: it goes to hosts of this machine only.
  const words = [`--version=${higher}`, `--output=${folder}`, "--xz-level=0"];
  const deb = [process.execPath, "scripts/deb.ts", ...words];
  await command(deb, { cwd: PROJECT, timeoutMs: 240_000 });
  return onlyPackage(folder);
}

function onlyPackage(folder: string): string {
  const found = readdirSync(folder).filter((name) => NAME.test(name));
  if (found.length !== 1) throw new Error(`${found.length} packages in ${folder}: run make deb`);
  return join(folder, found[0]!);
}
