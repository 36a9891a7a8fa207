/** The landing page as a person sees it, in a real browser. UPDATE_SCREENSHOT=1 keeps what it shows. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { Serving } from "../helpers/exporter.ts";
import { type Tree, openTree } from "../helpers/tree.ts";

const chromium = Bun.which("chromium") ?? Bun.which("chromium-browser");
const KEPT = `${import.meta.dir}/../../examples/landing-page.png`;

let tree: Tree;
let serving: Serving;
let folder: string;

beforeAll(async () => {
  if (!chromium) return console.log("skipped: no chromium to look at the landing page with");
  folder = mkdtempSync(`${tmpdir()}/landing-`);
  tree = openTree("debian12");
  serving = await Serving.start(["--web.listen-address=127.0.0.1:0", `--path.rootfs=${tree.path}`]);
});

afterAll(async () => {
  if (!chromium) return;
  await serving.end();
  tree.dispose();
  rmSync(folder, { recursive: true });
});

/** What headless Chromium makes of the page. */
async function browse(...options: string[]): Promise<string> {
  const browser = Bun.spawn(
    [
      chromium!,
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      `--user-data-dir=${folder}/profile`,
      ...options,
      `${serving.url}/`,
    ],
    { stderr: "ignore", timeout: 60_000, killSignal: "SIGKILL" },
  );
  const output = await browser.stdout.text();
  expect(await browser.exited).toBe(0);
  return output;
}

test.skipIf(!chromium)(
  "the browser finds the sessions, the users and the sources in their tables",
  async () => {
    const page = await browse("--dump-dom");
    const tables = page.split("<table>").slice(1);
    expect(tables).toHaveLength(3);
    const rows = (table: string) => table.match(/<tr>/g)!.length - 1;
    const series = new Set(
      tree.expected.sessions.map(({ username, tty, from_ip, session_type }) =>
        [username, tty, from_ip, session_type].join(),
      ),
    );
    expect(rows(tables[0]!)).toBe(series.size);
    expect(tables[1]).toContain("<meter");
    expect(tables[2]).toContain("readable");
  },
  90_000,
);

test.skipIf(!chromium)(
  "it is drawn, wide and light, and narrow as on a phone",
  async () => {
    for (const size of ["1000,1250", "390,844"]) {
      const path = `${folder}/${size}.png`;
      await browse(`--window-size=${size}`, "--hide-scrollbars", `--screenshot=${path}`);
      const [width, height] = size.split(",").map(Number);
      const png = Buffer.from(await Bun.file(path).bytes());
      expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([width!, height!]);
      // A page that shows nothing compresses to a few kilobytes.
      expect(png.length).toBeGreaterThan(20_000);
      if (process.env["UPDATE_SCREENSHOT"] && width === 1000) await Bun.write(KEPT, png);
    }
  },
  90_000,
);
