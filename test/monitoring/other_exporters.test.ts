/**
 * What the README says of node_exporter and process-exporter, asked of those that Debian packages.
 *
 * What it says of others is read in their files:
 * - Netdata: `postinst` of Debian 12's netdata-core 1.37.1-2 gives apps.plugin its two capabilities by setcap; the
 *   charts of sessions in src/go/plugin/go.d/collector/logind/charts.go (netdata/netdata at 859b74f) have no users.
 * - authlog_exporter (woblerr/authlog_exporter at 08e308c), promexporter/parser.go: a line begins with a time like
 *   "Nov 26 13:00:00"; `user` and `ipAddress` of failures are labels, unless they are hidden.
 * - ssh_session_exporter (yuuki/ssh_session_exporter at 164c991), authlog/parser.go: a line has "sshd[" in it.
 */
import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Metrics, parseMetrics } from "../helpers/metrics_text.ts";
import { describeWith } from "../helpers/needs.ts";
import { Running, eventually, freePort, output, run } from "../helpers/run.ts";

const resources = new AsyncDisposableStack();
afterAll(() => resources.disposeAsync());

/** What an exporter shows. */
async function scrape(program: string, flags: readonly string[]): Promise<Metrics> {
  const address = `127.0.0.1:${await freePort()}`;
  const running = new Running([program, `--web.listen-address=${address}`, ...flags]);
  resources.defer(async () => void (await running.end()));
  const text = await eventually(`${program} to answer`, async () => {
    const answer = await fetch(`http://${address}/metrics`).catch(() => undefined);
    return answer?.text();
  });
  return parseMetrics(text);
}

function labelsOf({ samples }: Metrics, names: RegExp): string[] {
  const shown = samples.filter(({ name }) => names.test(name));
  return [...new Set(shown.flatMap(({ labels }) => Object.keys(labels)))].sort();
}

describeWith(["prometheus-node-exporter"], "node_exporter", () => {
  const program = "prometheus-node-exporter";

  test("does not ask logind unless it is told to", async () => {
    const { stdout, stderr } = await run([program, "--help"]);
    expect(stdout + stderr).toMatch(
      /--(?:\[no-\])?collector\.logind\s+Enable the logind collector \(default:\s+disabled\)/,
    );
  });

  test("names no user, terminal or remote address", async () => {
    const metrics = await scrape(program, ["--collector.logind", "--collector.processes"]);
    const labels = labelsOf(metrics, /^node_/);
    expect(labels.length).toBeGreaterThan(10);
    const ofUsers = /^(user|user_?name|uid|tty|terminal|from|from_ip|remote|remote_host)$/;
    expect(labels.filter((label) => ofUsers.test(label))).toEqual([]);
    const about = metrics.samples.filter(({ name }) => /login|lastlog|ssh|sudo/.test(name));
    expect(about).toEqual([]);
  });
});

describeWith(["prometheus-process-exporter"], "process-exporter", () => {
  const folder = mkdtempSync(join(tmpdir(), "process-exporter-"));
  resources.defer(() => rmSync(folder, { recursive: true }));
  const program = "prometheus-process-exporter";

  test("counts nothing unless it is told which processes", async () => {
    const metrics = await scrape(program, []);
    expect(labelsOf(metrics, /^namedprocess_namegroup_/)).toEqual([]);
  });

  test("has users as names of groups when they are asked for, and no sessions and logins", async () => {
    const config = join(folder, "by_user.yml");
    writeFileSync(config, 'process_names:\n  - name: "{{.Username}}"\n    cmdline: [".+"]\n');
    const metrics = await scrape(program, [`--config.path=${config}`, "--threads=false"]);
    expect(labelsOf(metrics, /^namedprocess_namegroup_num_procs$/)).toEqual(["groupname"]);
    const ours = { groupname: (await output(["id", "-un"])).trim() };
    expect(metrics.value("namedprocess_namegroup_num_procs", ours)).toBeGreaterThan(0);
    const about = metrics.samples.filter(({ name }) => /session|login|ssh|sudo/.test(name));
    expect(about).toEqual([]);
  });
});
