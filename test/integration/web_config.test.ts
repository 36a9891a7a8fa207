/** The executable with a web config file, sockets of other kinds, and what is refused. */
import { afterAll, afterEach, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Servers, exporter, exporterPath } from "../helpers/exporter.ts";
import { makeAuthority, makeCertificate } from "../helpers/certificates.ts";
import { describeWith } from "../helpers/needs.ts";
import { chosenProtocol, recordingProxy } from "../helpers/recording_proxy.ts";
import { Running, eventually, freePort, output, remove, scratchFolder } from "../helpers/run.ts";

setDefaultTimeout(30_000);

const servers = new Servers();
const serve = servers.start;
afterEach(servers.endAll);

describeWith(["openssl", "curl"], "a web config file", () => {
  let folder: string;

  beforeAll(async () => {
    folder = scratchFolder("web-config");
    const authority = await makeAuthority(folder, "ca");
    await makeCertificate(folder, "server", authority, "DNS:localhost,IP:127.0.0.1");
    await makeCertificate(folder, "scraper", authority, "DNS:scraper");
  });
  afterAll(() => remove(folder));

  const write = (text: string) => {
    const path = join(folder, "web.yml");
    writeFileSync(path, text);
    return path;
  };
  const curl = (...words: string[]) =>
    output(["curl", "-sS", "--max-time", "10", "--cacert", join(folder, "ca.crt"), ...words]);

  test("asks curl for a certificate and a password", async () => {
    const hash = await Bun.password.hash("secret", { algorithm: "bcrypt", cost: 4 });
    const path = write(`tls_server_config:
  cert_file: server.crt
  key_file: server.key
  client_auth_type: RequireAndVerifyClientCert
  client_ca_file: ca.crt
  client_allowed_sans: [scraper]
basic_auth_users:
  prometheus: ${hash.replace("$2b$", "$2y$")}
`);
    const { url } = await serve(["--web.listen-address=127.0.0.1:0", `--web.config.file=${path}`]);
    const target = `${url.replace("http:", "https:")}/metrics`;
    const identity = ["--cert", join(folder, "scraper.crt"), "--key", join(folder, "scraper.key")];
    const password = ["--user", "prometheus:secret"];
    await expect(curl(target)).rejects.toThrow();
    await expect(curl(...password, target)).rejects.toThrow();
    const status = ["-o", "/dev/null", "-w", "%{http_code} %{http_version}"];
    expect(await curl(...identity, ...status, target)).toBe("401 2");
    expect(await curl(...identity, ...password, ...status, target)).toBe("200 2");
    const text = await curl(...identity, ...password, "--compressed", target);
    expect(text).toContain("\nuser_sessions_web_config_reload_success 1\n");
    expect(text).toContain("\nuser_sessions_up 1\n");
  });

  test.each([
    ["tls_server_config:\n  cert_filse: x\n", "tls_server_config.cert_filse: unknown key"],
    ["tls_server_config:\n  cert_file: a\n  cert_file: b\n", 'line 3: duplicate key "cert_file"'],
  ])("that is no good is one line and exit code 2", async (text, reason) => {
    const path = write(text);
    const words = ["--web.listen-address=127.0.0.1:0", `--web.config.file=${path}`];
    const { code, stdout, stderr } = await exporter(words);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toStartWith(`user_sessions_exporter: --web.config.file: ${path}: `);
    expect(stderr).toContain(reason);
    expect(stderr.trimEnd()).not.toContain("\n");
  });
});

describeWith(["openssl", "prometheus"], "a real Prometheus", () => {
  test("scrapes over HTTP/2 with its certificate and a password, and chooses collectors", async () => {
    const folder = scratchFolder("prometheus-tls");
    const authority = await makeAuthority(folder, "ca");
    await makeCertificate(folder, "server", authority, "IP:127.0.0.1");
    await makeCertificate(folder, "scraper", authority, "DNS:scraper");
    const hash = await Bun.password.hash("secret", { algorithm: "bcrypt", cost: 10 });
    const config = join(folder, "web.yml");
    writeFileSync(
      config,
      `tls_server_config:
  cert_file: server.crt
  key_file: server.key
  client_auth_type: RequireAndVerifyClientCert
  client_ca_file: ca.crt
  client_allowed_sans: [scraper]
  max_version: TLS12
basic_auth_users: {prometheus: ${hash}}
`,
    );
    const server = await serve(["--web.listen-address=127.0.0.1:0", `--web.config.file=${config}`]);
    const { hostname, port: serverPort } = new URL(server.url);
    const proxy = await recordingProxy({ host: hostname, port: Number(serverPort) });
    const scrape = join(folder, "prometheus.yml");
    writeFileSync(
      scrape,
      `global: {scrape_interval: 1s, scrape_timeout: 1s}
scrape_configs:
  - job_name: user_sessions
    scheme: https
    basic_auth: {username: prometheus, password: secret}
    tls_config: {ca_file: ca.crt, cert_file: scraper.crt, key_file: scraper.key}
    params: {"collect[]": [sessions, processes]}
    static_configs: [{targets: ["127.0.0.1:${proxy.port}"]}]
`,
    );
    const port = await freePort();
    const prometheus = new Running([
      "prometheus",
      `--config.file=${scrape}`,
      `--storage.tsdb.path=${join(folder, "data")}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ]);
    try {
      const collectors = await eventually(
        "a scrape",
        async () => {
          const query = "user_sessions_collector_success == 1";
          const url = `http://127.0.0.1:${port}/api/v1/query?query=${encodeURIComponent(query)}`;
          const response = await fetch(url).catch(() => undefined);
          if (!response?.ok) return undefined;
          const { data } = (await response.json()) as {
            data: { result: { metric: { collector: string } }[] };
          };
          const names = data.result.map(({ metric }) => metric.collector);
          return names.length > 0 ? names.sort() : undefined;
        },
        20_000,
      );
      expect(collectors).toEqual(["processes", "sessions"]);
      expect(proxy.greetings.map(chosenProtocol)).toContain("h2");
      expect(proxy.greetings.map(chosenProtocol)).not.toContain("http/1.1");
    } finally {
      await prometheus.end();
      proxy.close();
      remove(folder);
    }
  });
});

describeWith(["curl"], "listeners", () => {
  test("several, among them a Unix socket, that a killed copy left behind", async () => {
    const folder = scratchFolder("sockets");
    const socket = join(folder, "metrics.sock");
    const words = ["--web.listen-address=127.0.0.1:0", `--web.listen-address=unix:${socket}`];
    const first = await serve(words);
    const ask = () => output(["curl", "-sS", "--unix-socket", socket, "http://x/-/healthy"]);
    expect(await ask()).toContain("healthy");
    expect((await first.get("/-/healthy")).status).toBe(200);
    const second = await exporter(words);
    expect(second.code).toBe(2);
    expect(second.stderr).toContain(`unix:${socket}: socket in use`);
    first.running.signal("SIGKILL");
    await first.running.exited;
    await serve(words);
    expect(await ask()).toContain("healthy");
    remove(folder);
  });

  test("the metrics can be elsewhere, also at /", async () => {
    const listen = "--web.listen-address=127.0.0.1:0";
    const elsewhere = await serve([listen, "--web.telemetry-path=/m"]);
    expect((await elsewhere.get("/m")).status).toBe(200);
    expect((await elsewhere.get("/metrics")).status).toBe(404);
    expect(await (await elsewhere.get("/")).text()).toContain('href="/m"');
    const root = await serve([listen, "--web.telemetry-path=/"]);
    expect(await (await root.get("/")).text()).toContain("\nuser_sessions_up 1\n");
  });

  test("/api/v1/sessions is JSON", async () => {
    const response = await (await serve()).get("/api/v1/sessions");
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(await response.json()).toBeInstanceOf(Object);
  });

  test("--web.systemd-socket without a socket is one line and exit code 2", async () => {
    const { code, stderr } = await exporter(["--web.systemd-socket"]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^user_sessions_exporter: --web\.systemd-socket: [^\n]*\n$/);
  });
});

describeWith(["systemd-socket-activate"], "socket activation", () => {
  test("serves on what systemd listens on, from the first connection on", async () => {
    const port = await freePort();
    const activate = ["systemd-socket-activate", `--listen=127.0.0.1:${port}`];
    const running = new Running([...activate, exporterPath(), "--web.systemd-socket"]);
    try {
      const status = await eventually("an answer", async () => {
        const response = await fetch(`http://127.0.0.1:${port}/metrics`).catch(() => undefined);
        return response?.status;
      });
      expect(status).toBe(200);
      expect(running.printed).toContain("address=fd:3");
    } finally {
      await running.end();
    }
  });

  test("with a web config file and a Unix socket, too", async () => {
    const folder = scratchFolder("activated");
    const socket = join(folder, "m.sock");
    const config = join(folder, "web.yml");
    writeFileSync(config, "http_server_config: {headers: {X-Frame-Options: deny}}\n");
    const activate = ["systemd-socket-activate", `--listen=${socket}`];
    const words = ["--web.systemd-socket", `--web.config.file=${config}`];
    const running = new Running([...activate, exporterPath(), ...words]);
    try {
      const header = await eventually("an answer", async () => {
        const answer = fetch("http://localhost/metrics", { unix: socket });
        return (await answer.catch(() => undefined))?.headers.get("x-frame-options");
      });
      expect(header).toBe("deny");
    } finally {
      await running.end();
      remove(folder);
    }
  });
});
