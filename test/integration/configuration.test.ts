/** Flags, environment and their errors, and that the working directory configures nothing. */
import { afterAll, afterEach, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Servers, exporter } from "../helpers/exporter.ts";
import { parseMetrics } from "../helpers/metrics_text.ts";
import { describeWith } from "../helpers/needs.ts";
import { freePort, remove, scratchFolder } from "../helpers/run.ts";

setDefaultTimeout(30_000);

const servers = new Servers();
const serve = servers.start;
afterEach(servers.endAll);

describeWith([], "flags and environment", () => {
  test.each([
    ["one dash and =", (address: string) => [`-web.listen-address=${address}`]],
    ["one dash and a word", (address: string) => ["-web.listen-address", address]],
    ["two dashes and a word", (address: string) => ["--web.listen-address", address]],
    ["the command named", (address: string) => ["serve", `--web.listen-address=${address}`]],
  ])("a flag with %s", async (_, words) => {
    const port = await freePort();
    const server = await serve(words(`127.0.0.1:${port}`));
    expect(server.url).toBe(`http://127.0.0.1:${port}`);
  });

  test("PORT overrides the port, and nothing but the port", async () => {
    const port = await freePort();
    const server = await serve(["--web.listen-address=127.0.0.1:1"], {
      env: { PORT: String(port) },
    });
    expect(server.url).toBe(`http://127.0.0.1:${port}`);
  });

  test("without a host it listens on all addresses", async () => {
    const server = await serve(["--web.listen-address=:0"]);
    const { port } = new URL(server.url);
    expect((await fetch(`http://127.0.0.1:${port}/-/healthy`)).status).toBe(200);
    expect((await fetch(`http://127.0.0.2:${port}/-/healthy`)).status).toBe(200);
  });

  test("LOG_LEVEL overrides the level", async () => {
    const server = await serve(["--web.listen-address=127.0.0.1:0", "--log.level=error"], {
      env: { LOG_LEVEL: "debug" },
    });
    expect(server.running.printed).toContain("level=INFO");
  });

  test("--log.format=json", async () => {
    const server = await serve(["--web.listen-address=127.0.0.1:0", "--log.format=json"]);
    const lines = server.running.printed.trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line) as object)).toContainEqual(
      expect.objectContaining({ level: "INFO", msg: "listening on" }),
    );
  });

  test("EXCLUDE_USERS leaves a user out of every series", async () => {
    const named = async (env: Record<string, string>) => {
      const { samples } = parseMetrics((await exporter(["metrics"], { env })).stdout);
      return samples.filter(({ labels }) => labels["username"] === "root").length;
    };
    expect(await named({})).toBeGreaterThan(0);
    expect(await named({ EXCLUDE_USERS: " nobody , root" })).toBe(0);
  });

  test("--no-collector.NAME leaves its series out", async () => {
    const { stdout } = await exporter(["metrics", "--no-collector.processes"]);
    const metrics = parseMetrics(stdout);
    expect(metrics.series("user_sessions_process_count")).toEqual([]);
    expect(metrics.value("user_sessions_up")).toBe(1);
  });

  test("--version and --help", async () => {
    const version = await exporter(["--version"]);
    expect(version).toMatchObject({ code: 0, stderr: "" });
    expect(version.stdout).toStartWith("user_sessions_exporter, version ");
    const help = await exporter(["-help"]);
    expect(help).toMatchObject({ code: 0, stderr: "" });
    expect(help.stdout).toContain("web.listen-address");
  });
});

describeWith([], "what the user has to put right", () => {
  test.each([
    ["an unknown flag", ["--no-such-flag"], {}, "--no-such-flag"],
    ["a flag misspelt", ["-web.listen-adress=:1"], {}, "-web.listen-adress"],
    ["a stray word", ["stray"], {}, '"stray"'],
    ["a second word", ["sessions", "stray"], {}, '"stray"'],
    ["another command's flag", ["metrics", "--json"], {}, "--json"],
    ["a flag without its value", ["--log.level"], {}, "--log.level"],
    ["a switch with a word", ["--collector.users=maybe"], {}, "true or false"],
    ["an unknown level", ["--log.level=loud"], {}, '"loud"'],
    ["an unknown format", ["--log.format=xml"], {}, '"xml"'],
    ["no address", ["--web.listen-address=10041"], {}, '"10041"'],
    ["no port", ["--web.listen-address=:http"], {}, '"http"'],
    ["a port that is too great", ["--web.listen-address=:70000"], {}, '"70000"'],
    ["another host's address", ["--web.listen-address=192.0.2.1:0"], {}, "192.0.2.1"],
    ["a relative root", ["--path.rootfs=host"], {}, '"host"'],
    ["a bad PORT", [], { PORT: "http" }, "PORT"],
    ["a bad LOG_LEVEL", [], { LOG_LEVEL: "bogus" }, "LOG_LEVEL"],
    ["a bad SSH_PORTS", [], { SSH_PORTS: "22,ssh" }, "SSH_PORTS"],
    ["port 0 in SSH_PORTS", [], { SSH_PORTS: "0" }, "SSH_PORTS"],
  ])("%s: one line and exit code 2", async (_, words, env, named) => {
    const { code, stdout, stderr } = await exporter(words, { env: env as Record<string, string> });
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^user_sessions_exporter: [^\n]+\n$/);
    expect(stderr).toContain(named);
  });

  test.each(["127.0.0.1", ""])("a port in use on %p: one line and exit code 2", async (host) => {
    const other = Bun.listen({ hostname: host || "0.0.0.0", port: 0, socket: { data() {} } });
    const { code, stdout, stderr } = await exporter([`--web.listen-address=${host}:${other.port}`]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^user_sessions_exporter: [^\n]* in use[^\n]*\n$/);
    other.stop(true);
  });
});

describeWith([], "a hostile working directory", () => {
  let folder: string;
  const proof = () => join(folder, "was_run");

  beforeAll(() => {
    folder = scratchFolder("hostile");
    const script = `require("node:fs").writeFileSync(${JSON.stringify(proof())}, "");`;
    const dotenv = "PORT=1\nLOG_LEVEL=bogus\nSSH_PORTS=none\nNODE_OPTIONS=--require ./evil.js\n";
    for (const suffix of ["", ".local", ".production", ".production.local", ".development"]) {
      writeFileSync(join(folder, `.env${suffix}`), dotenv);
    }
    writeFileSync(join(folder, "evil.js"), script);
    writeFileSync(join(folder, "bunfig.toml"), 'preload = ["./evil.js"]\n[run]\nbun = true\n');
    writeFileSync(join(folder, "index.js"), script);
    writeFileSync(join(folder, "package.json"), '{"main": "evil.js", "type": "commonjs"}');
    writeFileSync(
      join(folder, "tsconfig.json"),
      '{"compilerOptions": {"paths": {"*": ["./evil.js"]}}}',
    );
  });
  afterAll(() => remove(folder));

  test("changes nothing", async () => {
    const port = await freePort();
    const server = await serve([`--web.listen-address=127.0.0.1:${port}`], { cwd: folder });
    expect(server.url).toBe(`http://127.0.0.1:${port}`);
    expect((await server.scrape()).value("user_sessions_up")).toBe(1);
    expect((await exporter(["doctor"], { cwd: folder })).stderr).toBe("");
    for (const words of [["metrics"], ["sessions"], ["--version"]]) {
      expect(await exporter(words, { cwd: folder })).toMatchObject({ code: 0, stderr: "" });
    }
    expect(existsSync(proof())).toBe(false);
  });
});
