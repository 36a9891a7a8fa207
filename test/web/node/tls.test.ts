/** TLS as the web config file asks for it, over real sockets. */
import { afterAll, afterEach, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { copyFileSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { type ClientHttp2Session, connect as connectHttp2 } from "node:http2";
import { connect as connectTcp } from "node:net";
import { join } from "node:path";
import { type ConnectionOptions, type TLSSocket, connect } from "node:tls";
import { createLog } from "../../../src/log.ts";
import { gauge, single } from "../../../src/metrics/metric.ts";
import type { Site } from "../../../src/web/router.ts";
import { type Server, serve } from "../../../src/web/server.ts";
import { type KeyPair, makeAuthority, makeCertificate } from "../../helpers/certificates.ts";
import { describeWith } from "../../helpers/needs.ts";
import { eventually, remove, scratchFolder } from "../../helpers/run.ts";

setDefaultTimeout(30_000);

const SITE: Site = {
  sessions: async () => [],
  telemetryPath: "/metrics",
  collectors: { known: new Set(), enabled: new Set() },
  collect: async () => [single(gauge("up", "Up."), 1)],
  isReady: () => true,
  about: () => ({ version: "1", hostName: undefined, sources: [] }),
};
const logged: string[] = [];
const log = createLog("info", "logfmt", false, (line) => logged.push(line));

describeWith(["openssl"], "TLS", () => {
  let folder: string;
  let server: Server | undefined;
  let port = 0;
  let authority: KeyPair;
  let scraper: KeyPair;
  let stranger: KeyPair;

  beforeAll(async () => {
    folder = scratchFolder("tls");
    authority = await makeAuthority(folder, "ca");
    const strangers = await makeAuthority(folder, "strangers");
    await makeCertificate(folder, "server", authority, "DNS:localhost,IP:127.0.0.1");
    await makeCertificate(folder, "renewed", authority, "DNS:localhost,IP:127.0.0.1");
    scraper = await makeCertificate(
      folder,
      "scraper",
      authority,
      "DNS:scraper.example,IP:10.1.2.3",
    );
    stranger = await makeCertificate(folder, "stranger", strangers, "DNS:scraper.example");
  });
  afterAll(() => remove(folder));
  afterEach(async () => {
    await server?.stop();
    server = undefined;
    logged.splice(0);
  });

  function write(...lines: string[]): string {
    const path = join(folder, "web.yml");
    writeFileSync(`${path}.new`, lines.join("\n"));
    renameSync(`${path}.new`, path);
    return path;
  }

  async function start(...lines: string[]): Promise<void> {
    const webConfigFile = write(...TLS, ...lines);
    server = await serve(SITE, { listen: [{ host: "127.0.0.1", port: 0 }], webConfigFile }, log);
    port = Number(server.addresses[0]!.split(":")[1]);
  }
  const TLS = ["tls_server_config:", "  cert_file: server.crt", "  key_file: server.key"];

  function options(more: ConnectionOptions = {}): ConnectionOptions {
    const ca = readFileSync(authority.cert, "utf8");
    return { host: "127.0.0.1", port, ca, servername: "localhost", ...more };
  }

  function identity({ cert, key }: KeyPair): ConnectionOptions {
    return { cert: readFileSync(cert, "utf8"), key: readFileSync(key, "utf8") };
  }

  /** The whole answer to one request, or why there is none. */
  function ask(more: ConnectionOptions = {}, head = ""): Promise<string> {
    return new Promise((resolve) => {
      let answer = "";
      const socket: TLSSocket = connect(options(more));
      socket.on("secureConnect", () =>
        socket.write(`GET /metrics HTTP/1.1\r\nHost: x\r\n${head}Connection: close\r\n\r\n`),
      );
      socket.on("data", (data: Buffer) => (answer += data.toString()));
      socket.on("error", (error) => resolve(answer || `error: ${error.message}`));
      socket.on("close", () => resolve(answer || "closed"));
    });
  }

  const isAnswered = async (more?: ConnectionOptions) =>
    (await ask(more)).startsWith("HTTP/1.1 200 ");

  test("answers over TLS, and not over plain TCP", async () => {
    await start();
    expect(server!.isSecure).toBe(true);
    expect(await ask()).toContain("user_sessions_up 1\n");
    const plain = await new Promise<string>((resolve) => {
      let answer = "";
      const socket = connectTcp(port, "127.0.0.1");
      socket.on("data", (data) => (answer += data.toString("latin1")));
      socket.on("error", () => undefined);
      socket.on("close", () => resolve(answer));
      socket.write("GET /metrics HTTP/1.0\r\n\r\n");
    });
    expect(plain).not.toContain("user_sessions_up");
  });

  test("HTTP/2 is there, and can be turned off", async () => {
    const overHttp2 = async () => {
      const client: ClientHttp2Session = connectHttp2(`https://localhost:${port}`, options());
      const failed = new Promise<string>((resolve) =>
        client.on("error", (e) => resolve(e.message)),
      );
      const answered = new Promise<string>((resolve) => {
        const request = client.request({ ":path": "/metrics", "accept-encoding": "identity" });
        let text = "";
        request.on("response", (headers) => (text += `${headers[":status"]} `));
        request.on("data", (data: Buffer) => (text += data.toString()));
        request.on("end", () => resolve(text));
        request.on("error", (error) => resolve(error.message));
        request.end();
      });
      const answer = await Promise.race([failed, answered]);
      client.destroy();
      return answer;
    };
    await start();
    expect(await overHttp2()).toMatch(/^200 [^]*user_sessions_up 1\n$/);
    await eventually("the end of the answer", () => server!.unreadAnswers === 0 || undefined);
    await server!.stop();
    await start("http_server_config: {http2: false}");
    expect(await overHttp2()).not.toContain("user_sessions_up");
    expect(await isAnswered()).toBe(true);
  });

  test.each([
    ["NoClientCert", { none: true, stranger: true, known: true }],
    ["RequestClientCert", { none: true, stranger: true, known: true }],
    ["RequireAnyClientCert", { none: false, stranger: true, known: true }],
    ["VerifyClientCertIfGiven", { none: true, stranger: false, known: true }],
    ["RequireAndVerifyClientCert", { none: false, stranger: false, known: true }],
  ])("client_auth_type %s lets in %j", async (type, expected) => {
    const withAuthority = type === "NoClientCert" ? [] : ["  client_ca_file: ca.crt"];
    await start(`  client_auth_type: ${type}`, ...withAuthority);
    expect({
      none: await isAnswered(),
      stranger: await isAnswered(identity(stranger)),
      known: await isAnswered(identity(scraper)),
    }).toEqual(expected);
  });

  test.each([
    ["[scraper.example]", true],
    ["[other.example, 10.1.2.3]", true],
    ["[other.example, scraper.exampl, craper.example, 'DNS:scraper.example']", false],
  ])("client_allowed_sans %s lets the scraper in: %p", async (names, expected) => {
    for (const type of ["RequireAndVerifyClientCert", "VerifyClientCertIfGiven"]) {
      await start(
        `  client_auth_type: ${type}`,
        "  client_ca_file: ca.crt",
        `  client_allowed_sans: ${names}`,
      );
      expect(await isAnswered(identity(scraper))).toBe(expected);
      expect(await isAnswered()).toBe(false);
      await server!.stop();
    }
  });

  test("versions, ciphers and curves are kept to", async () => {
    await start("  min_version: TLS13");
    expect(await isAnswered({ maxVersion: "TLSv1.2" })).toBe(false);
    expect(await isAnswered()).toBe(true);
    await server!.stop();
    await start(
      "  max_version: TLS12",
      "  cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256]",
    );
    expect(await isAnswered({ minVersion: "TLSv1.3" })).toBe(false);
    expect(await isAnswered({ ciphers: "ECDHE-ECDSA-AES256-GCM-SHA384" })).toBe(false);
    expect(await isAnswered({ ciphers: "ECDHE-ECDSA-AES128-GCM-SHA256" })).toBe(true);
    await server!.stop();
    await start("  curve_preferences: [CurveP521]");
    expect(await isAnswered({ ecdhCurve: "P-384" })).toBe(false);
    expect(await isAnswered({ ecdhCurve: "P-521" })).toBe(true);
  });

  test("by default it is TLS 1.2 and forward secret at the least", async () => {
    await start();
    expect(await isAnswered({ minVersion: "TLSv1", maxVersion: "TLSv1.1" })).toBe(false);
    expect(await isAnswered({ maxVersion: "TLSv1.2", ciphers: "AES128-GCM-SHA256" })).toBe(false);
    expect(await isAnswered({ maxVersion: "TLSv1.2" })).toBe(true);
  });

  test("headers are on every answer, the page's own policy gives way", async () => {
    await start(
      "http_server_config:",
      "  headers:",
      "    Strict-Transport-Security: max-age=1",
      "    Content-Security-Policy: default-src 'self'",
    );
    const answer = await ask();
    expect(answer).toMatch(/^strict-transport-security: max-age=1\r$/im);
    expect(answer).toMatch(/^content-security-policy: default-src 'self'\r$/im);
  });

  test("passwords guard every endpoint", async () => {
    const hash = await Bun.password.hash("secret", { algorithm: "bcrypt", cost: 4 });
    await start("basic_auth_users:", `  alice: ${hash}`);
    const head = (password: string) => `Authorization: Basic ${btoa(`alice:${password}`)}\r\n`;
    const paths = ["/", "/metrics", "/-/healthy", "/-/ready", "/api/v1/sessions", "/nowhere"];
    for (const path of paths) {
      const get = (headers: Record<string, string>) =>
        fetch(`https://127.0.0.1:${port}${path}`, {
          headers,
          tls: { ca: readFileSync(authority.cert, "utf8") },
        } as RequestInit);
      const refused = await get({});
      expect([path, refused.status, refused.headers.get("www-authenticate")]).toEqual([
        path,
        401,
        "Basic",
      ]);
      const { status } = await get({ authorization: `Basic ${btoa("alice:secret")}` });
      expect([path, status]).toEqual([path, path === "/nowhere" ? 404 : 200]);
    }
    expect(await ask({}, head("wrong"))).toStartWith("HTTP/1.1 401 ");
    expect(await ask({}, head("secret"))).toStartWith("HTTP/1.1 200 ");
  });

  test("the limit of requests is kept to", async () => {
    await start("rate_limit: {interval: 1h, burst: 2}");
    const answers = [await ask(), await ask(), await ask()].map((text) => text.slice(0, 12));
    expect(answers).toEqual(["HTTP/1.1 200", "HTTP/1.1 200", "HTTP/1.1 429"]);
  });

  test("a changed certificate is there for the next connection, an open one goes on", async () => {
    await start();
    const serial = async () => {
      const socket: TLSSocket = connect(options());
      await new Promise((resolve) => socket.once("secureConnect", resolve));
      const { serialNumber } = socket.getPeerCertificate();
      return { socket, serialNumber };
    };
    const before = await serial();
    for (const end of ["crt", "key"]) {
      copyFileSync(join(folder, `server.${end}`), join(folder, `kept.${end}`));
      copyFileSync(join(folder, `renewed.${end}`), join(folder, `server.${end}`));
    }
    try {
      const after = await serial();
      expect(after.serialNumber).not.toBe(before.serialNumber);
      after.socket.destroy();
      before.socket.write("GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
      const answer = await new Promise<string>((resolve) => {
        let text = "";
        before.socket.on("data", (data: Buffer) => (text += data.toString()));
        before.socket.on("close", () => resolve(text));
      });
      expect(answer).toContain("user_sessions_up 1\n");
    } finally {
      for (const end of ["crt", "key"])
        renameSync(join(folder, `kept.${end}`), join(folder, `server.${end}`));
    }
  });

  test("a file that became bad keeps the last good settings, and says so once", async () => {
    await start();
    expect(server!.webConfigReloadSuccess).toBe(1);
    write("tls_server_config: {cert_file: nowhere}");
    for (let i = 0; i < 5; i++) expect(await isAnswered()).toBe(true);
    expect(server!.webConfigReloadSuccess).toBe(0);
    const complaints = logged.filter((line) => line.includes("level=ERROR"));
    expect(complaints).toHaveLength(1);
    expect(complaints[0]).toContain(
      'msg="web config file not reloaded, the settings before it stay"',
    );
    expect(complaints[0]).toContain("tls_server_config");
    write(...TLS, "  min_version: TLS13");
    await eventually("the good file", async () => {
      await ask();
      return server!.webConfigReloadSuccess === 1 || undefined;
    });
    expect(await isAnswered({ maxVersion: "TLSv1.2" })).toBe(false);
    expect(logged.filter((line) => line.includes("reloaded the web config file"))).toHaveLength(1);
  });

  test("TLS, users and limits come and go without a restart", async () => {
    await start();
    expect(await isAnswered()).toBe(true);
    write("http_server_config: {http2: true}");
    const plain = await fetch(`http://127.0.0.1:${port}/metrics`);
    expect(plain.status).toBe(200);
    write(
      `basic_auth_users: {alice: ${await Bun.password.hash("x", { algorithm: "bcrypt", cost: 4 })}}`,
    );
    expect((await fetch(`http://127.0.0.1:${port}/metrics`)).status).toBe(401);
    write(...TLS);
    expect(await isAnswered()).toBe(true);
  });

  test("1,000 scrapes, each on a new connection, succeed across ten changes", async () => {
    await start();
    let failed = 0;
    for (let change = 0; change < 10; change++) {
      const scrapes = Array.from({ length: 100 }, async (_, i) => {
        // While a change happens, too.
        if (i === 50)
          write(...TLS, change % 2 === 0 ? "  min_version: TLS13" : "  min_version: TLS12");
        if (!(await isAnswered())) failed++;
      });
      await Promise.all(scrapes);
    }
    expect(failed).toBe(0);
    expect(logged.filter((line) => line.includes("level=ERROR"))).toEqual([]);
  });
});
