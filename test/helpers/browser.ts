/** A real browser, headless. */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { output, remove } from "./run.ts";

export const CHROMIUM = Bun.which("chromium") ?? Bun.which("chromium-browser");

/** What Chromium makes of a page once its scripts, had it any, were run. */
export function pageAsShown(url: string): Promise<string> {
  return browse(url, ["--dump-dom"]);
}

/** Draws a page as a PNG file. */
export async function screenshot(
  url: string,
  file: string,
  { width, height }: { width: number; height: number },
): Promise<void> {
  const size = `--window-size=${width},${height}`;
  rmSync(file, { force: true });
  await browse(url, [size, "--hide-scrollbars", `--screenshot=${file}`]);
  if (!existsSync(file)) throw new Error(`${CHROMIUM} wrote no ${file}`);
}

async function browse(url: string, options: readonly string[]): Promise<string> {
  const profile = mkdtempSync(join(tmpdir(), "browser-"));
  const quiet = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ];
  try {
    const words = [CHROMIUM!, ...quiet, `--user-data-dir=${profile}`, ...options, url];
    return await output(words, { timeoutMs: 60_000 });
  } finally {
    remove(profile);
  }
}
