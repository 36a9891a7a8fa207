/** curl asks for each format; promtool judges the text. */
import { gunzipSync } from "bun";
import { EXPORTER_PORT } from "../machine/host.ts";
import { parseMetrics } from "../../helpers/metrics_text.ts";
import type { Scene } from "../scene.ts";

export const formats = {
  name: "formats",
  async run({ check, host }: Scene): Promise<void> {
    const url = `http://127.0.0.1:${host.port(EXPORTER_PORT)}/metrics`;
    const text = await ask(url, "text/plain;version=0.0.4");
    check.match(
      "text",
      "text/plain 0.0.4",
      /^content-type: text\/plain; ?version=0\.0\.4/im,
      text.head,
    );
    check.equal("promtool check metrics", [], await promtool(text.body.toString()));
    const open = await ask(url, "application/openmetrics-text;version=1.0.0");
    const type = /^content-type: application\/openmetrics-text; ?version=1\.0\.0/im;
    check.match("OpenMetrics", "openmetrics-text 1.0.0", type, open.head);
    check.equal("its end", "# EOF", open.body.toString().trimEnd().split("\n").at(-1));
    const zipped = await ask(url, "*/*", "-H", "Accept-Encoding: gzip");
    check.match("gzip", "content-encoding: gzip", /^content-encoding: gzip/im, zipped.head);
    const names = (body: string) => [
      ...new Set(parseMetrics(body).samples.map(({ name }) => name)),
    ];
    const inside = new TextDecoder().decode(gunzipSync(new Uint8Array(zipped.body)));
    check.equal("names inside", names(text.body.toString()).sort(), names(inside).sort());
    check.equal("names in OpenMetrics", names(inside).sort(), names(open.body.toString()).sort());
  },
};

async function ask(
  url: string,
  accept: string,
  ...words: string[]
): Promise<{ head: string; body: Buffer }> {
  const curl = Bun.spawn([
    "curl",
    "-sS",
    "-i",
    "-m",
    "30",
    "-H",
    `Accept: ${accept}`,
    ...words,
    url,
  ]);
  const answer = Buffer.from(await curl.stdout.bytes());
  const end = answer.indexOf("\r\n\r\n");
  return { head: answer.subarray(0, end).toString(), body: answer.subarray(end + 4) };
}

/** What promtool objects to, but for two names that are a contract: process_count and thread_count are gauges. */
async function promtool(body: string): Promise<string[]> {
  const child = Bun.spawn(["promtool", "check", "metrics"], {
    stdin: new Blob([body]),
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, errors] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  return `${out}${errors}`
    .split("\n")
    .filter((line) => line !== "" && !/^user_sessions_(process|thread)_count /.test(line));
}
