/** Bun's runtime for another architecture, with the version and the checksum in package-lock.json. */
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import packageLock from "../package-lock.json" with { type: "json" };
import type { Arch } from "./arch.ts";

const CACHE = "node_modules/.cache/bun-runtimes";

/**
 * The path of the runtime, which npm fetches at the first call.
 *
 * @throws an Error when npm is missing or fails, or when the checksum differs
 */
export async function runtimePath({ runtime }: Arch): Promise<string> {
  const packages: Record<string, { version?: string; integrity?: string }> = packageLock.packages;
  const { version, integrity } = packages[`node_modules/${runtime}`]!;
  const folder = join(CACHE, `${runtime.replace("/", "+")}-${version}`);
  const bun = join(folder, "package/bin/bun");
  if (existsSync(bun)) return bun;
  mkdirSync(CACHE, { recursive: true });
  // In a temporary folder, so that an interrupted run leaves nothing that looks complete.
  const work = mkdtempSync(join(CACHE, "unpacking-"));
  try {
    run(["npm", "pack", "--silent", `--pack-destination=${work}`, `${runtime}@${version}`]);
    const [name] = [...new Bun.Glob("*.tgz").scanSync(work)];
    const archive = join(work, name!);
    const sum = `sha512-${new Bun.CryptoHasher("sha512").update(await Bun.file(archive).bytes()).digest("base64")}`;
    if (sum !== integrity) throw new Error(`${runtime}: its sum is ${sum}, not ${integrity}`);
    run(["tar", "-xzf", archive, "-C", work, "package/bin/bun"]);
    rmSync(archive);
    renameSync(work, folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return bun;
}

function run(command: string[]): void {
  const child = Bun.spawnSync(command, { stdout: "ignore", stderr: "inherit" });
  if (!child.success) throw new Error(`${command.join(" ")} ended with ${child.exitCode}`);
}
