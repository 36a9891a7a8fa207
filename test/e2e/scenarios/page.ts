/** The list of sessions, and the page for people, with everybody on it; a picture of it stays in the logs. */
import { join } from "node:path";
import { CHROMIUM, pageAsShown, screenshot } from "../../helpers/browser.ts";
import { EXPORTER_PORT } from "../machine/host.ts";
import type { Scene } from "../scene.ts";
import { compareDocuments } from "../sessions_document.ts";

/** Among the logs. */
export const PICTURE = "landing-page.png";

export const page = {
  name: "page",
  async run(scene: Scene): Promise<void> {
    const { check, host, truth } = scene;
    await compareDocuments(scene);
    const url = `http://127.0.0.1:${host.port(EXPORTER_PORT)}/`;
    const html = CHROMIUM ? await pageAsShown(url) : await (await fetch(url)).text();
    const shown = sessionsOn(html);
    const series = [...new Set(truth.sessions)].map((line) =>
      line.split(" ").slice(0, 2).join(" "),
    );
    check.equal("sessions", series.sort(), shown.sort());
    const name = (await host.control.sh("hostname")).trim();
    check.match("its title", name, new RegExp(`<title>${name} – `), html);
    await takePicture(scene, 1480);
  },
};

/** Draws the page, from its top on, into the logs. */
export async function takePicture({ host }: Scene, height: number): Promise<void> {
  if (!CHROMIUM) return;
  const url = `http://127.0.0.1:${host.port(EXPORTER_PORT)}/`;
  await screenshot(url, join(host.logs, PICTURE), { width: 1000, height });
}

/** `USER TYPE` of each row: a user's own row stands above those of the user's sessions. */
export function sessionsOn(html: string): string[] {
  const section = /<section id="sessions">([\s\S]*?)<\/section>/.exec(html)?.[1] ?? "";
  const shown: string[] = [];
  let user = "";
  for (const [, kind, cells] of section.matchAll(/<tr class="(group|member)">([\s\S]*?)<\/tr>/g)) {
    const first = /<td[^>]*>\s*([^<]*)/.exec(cells!)?.[1]!.trim() ?? "";
    if (kind === "group") user = first;
    else shown.push(`${user} ${first.replace(/ × \d+$/, "")}`);
  }
  return shown;
}
