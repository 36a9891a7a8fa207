/**
 * The built executable over each captured host gives exactly the committed exposition. `make
 * update-golden` writes it anew; the difference belongs into the review of whatever changed it.
 */
import { afterAll, describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { exposition } from "./helpers/exporter.ts";
import { type Tree, hosts, openTree } from "./helpers/tree.ts";

/** What differs from run to run, or from one day to the next, on the same tree. */
const VOLATILE =
  /^(?:# (?:HELP|TYPE) )?(?:process_|user_sessions_(?:(?:scrape|collector)_duration_seconds|exporter_build_info|failed_login(?:s|_sources)_1h)\b)/;

/**
 * What promtool finds: Prometheus keeps the suffix for histograms. The one name is older than this exporter, and
 * dashboards know it; the other is named after it.
 */
const KNOWN_FINDINGS = ["process_count", "thread_count"].map(
  (name) =>
    `user_sessions_${name} non-histogram and non-summary metrics should not have "_count" suffix`,
);

const promtool = Bun.which("promtool");
const trees: Tree[] = [];

afterAll(() => {
  for (const tree of trees) tree.dispose();
});

describe.each(hosts)("%s", (host) => {
  const golden = `${import.meta.dir}/golden/${host}.prom`;
  let exposed = "";

  test("the exposition is the committed one", async () => {
    const tree = openTree(host);
    trees.push(tree);
    const { text: answer, log } = await exposition([`--path.rootfs=${tree.path}`]);
    expect(log).not.toMatch(/level=(WARN|ERROR)/);
    exposed = answer;
    const lines = answer.split("\n").filter((line) => line !== "" && !VOLATILE.test(line));
    const text = `${lines.join("\n")}\n`;
    if (process.env["UPDATE_GOLDEN"]) writeFileSync(golden, text);
    expect(text).toBe(await Bun.file(golden).text());
  });

  test.skipIf(!promtool)("promtool check metrics finds nothing in it but two names", () => {
    const check = Bun.spawnSync([promtool!, "check", "metrics"], {
      stdin: Buffer.from(exposed),
    });
    const findings = `${check.stdout.toString()}${check.stderr.toString()}`.trim().split("\n");
    expect(findings).toEqual(KNOWN_FINDINGS);
  });
});
