/** The landing page as a person sees it, in a real browser. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { CHROMIUM, pageAsShown, screenshot } from "../helpers/browser.ts";
import { Serving } from "../helpers/exporter.ts";
import { remove, scratchFolder } from "../helpers/run.ts";
import { type Tree, openTree } from "../helpers/tree.ts";

let tree: Tree;
let serving: Serving;
let folder: string;

beforeAll(async () => {
  if (!CHROMIUM) return console.log("skipped: no chromium to look at the landing page with");
  folder = scratchFolder("landing");
  tree = openTree("debian12");
  serving = await Serving.start(["--web.listen-address=127.0.0.1:0", `--path.rootfs=${tree.path}`]);
});

afterAll(async () => {
  if (!CHROMIUM) return;
  await serving.end();
  tree.dispose();
  remove(folder);
});

test.skipIf(!CHROMIUM)(
  "the browser finds the sessions, the users and the sources in their tables",
  async () => {
    const page = await pageAsShown(serving.url);
    const sectionOf = (id: string) =>
      new RegExp(`<section id="${id}">[\\s\\S]*?</section>`).exec(page)![0];
    const members = sectionOf("sessions").match(/<tr class="member">/g)!;
    const series = new Set(
      tree.expected.sessions.map(({ username, tty, from_ip, session_type }) =>
        [username, tty, from_ip, session_type].join(),
      ),
    );
    expect(members).toHaveLength(series.size);
    expect(sectionOf("users")).toContain("<meter");
    expect(sectionOf("sources")).toContain("readable");
    expect(sectionOf("last-logins")).toContain("<time");
  },
  90_000,
);

test.skipIf(!CHROMIUM)(
  "it is drawn, wide and light, and narrow as on a phone",
  async () => {
    for (const size of [
      { width: 1000, height: 1250 },
      { width: 390, height: 844 },
    ]) {
      const path = `${folder}/${size.width}.png`;
      await screenshot(serving.url, path, size);
      const png = Buffer.from(await Bun.file(path).bytes());
      expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([size.width, size.height]);
      // A page that shows nothing compresses to a few kilobytes.
      expect(png.length).toBeGreaterThan(20_000);
    }
  },
  90_000,
);
