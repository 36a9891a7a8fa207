/** What the web config file asks for beside the handshake, and what it takes to change it, over real sockets. */
import { expect, setDefaultTimeout, test } from "bun:test";
import { copyFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { type TLSSocket, connect } from "node:tls";
import { describeWith } from "../../helpers/needs.ts";
import { eventually } from "../../helpers/run.ts";
import { TLS, TlsServer } from "./tls_server.ts";

setDefaultTimeout(30_000);

describeWith(["openssl"], "a server with a web config file", () => {
  const tls = new TlsServer();

  test("headers are on every answer, the page's own policy gives way", async () => {
    await tls.start(
      "http_server_config:",
      "  headers:",
      "    Strict-Transport-Security: max-age=1",
      "    Content-Security-Policy: default-src 'self'",
    );
    const answer = await tls.ask();
    expect(answer).toMatch(/^strict-transport-security: max-age=1\r$/im);
    expect(answer).toMatch(/^content-security-policy: default-src 'self'\r$/im);
  });

  test("passwords guard every endpoint", async () => {
    const hash = await Bun.password.hash("secret", { algorithm: "bcrypt", cost: 4 });
    await tls.start("basic_auth_users:", `  alice: ${hash}`);
    const head = (password: string) => `Authorization: Basic ${btoa(`alice:${password}`)}\r\n`;
    const paths = [
      "/",
      "/metrics",
      "/-/healthy",
      "/-/ready",
      "/api/v1/sessions",
      "/api/v1/failed_logins",
      "/nowhere",
    ];
    for (const path of paths) {
      const get = (headers: Record<string, string>) =>
        fetch(`https://127.0.0.1:${tls.port}${path}`, {
          headers,
          tls: { ca: tls.ca },
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
    expect(await tls.ask({}, head("wrong"))).toStartWith("HTTP/1.1 401 ");
    expect(await tls.ask({}, head("secret"))).toStartWith("HTTP/1.1 200 ");
  });

  test("the limit of requests is kept to", async () => {
    await tls.start("rate_limit: {interval: 1h, burst: 2}");
    const answers = [await tls.ask(), await tls.ask(), await tls.ask()].map((text) =>
      text.slice(0, 12),
    );
    expect(answers).toEqual(["HTTP/1.1 200", "HTTP/1.1 200", "HTTP/1.1 429"]);
  });

  test("a changed certificate is there for the next connection, an open one goes on", async () => {
    await tls.start();
    const serial = async () => {
      const socket: TLSSocket = connect(tls.options());
      await new Promise((resolve) => socket.once("secureConnect", resolve));
      const { serialNumber } = socket.getPeerCertificate();
      return { socket, serialNumber };
    };
    const before = await serial();
    for (const end of ["crt", "key"]) {
      copyFileSync(join(tls.folder, `server.${end}`), join(tls.folder, `kept.${end}`));
      copyFileSync(join(tls.folder, `renewed.${end}`), join(tls.folder, `server.${end}`));
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
        renameSync(join(tls.folder, `kept.${end}`), join(tls.folder, `server.${end}`));
    }
  });

  test("a file that became bad keeps the last good settings, and says so once", async () => {
    await tls.start();
    expect(tls.server.webConfigReloadSuccess).toBe(1);
    tls.write("tls_server_config: {cert_file: nowhere}");
    for (let i = 0; i < 5; i++) expect(await tls.isAnswered()).toBe(true);
    expect(tls.server.webConfigReloadSuccess).toBe(0);
    const complaints = tls.logged.filter((line) => line.includes("level=ERROR"));
    expect(complaints).toHaveLength(1);
    expect(complaints[0]).toContain(
      'msg="web config reload failed, keeping the previous settings"',
    );
    expect(complaints[0]).toContain("tls_server_config");
    tls.write(...TLS, "  min_version: TLS13");
    await eventually("the good file", async () => {
      await tls.ask();
      return tls.server.webConfigReloadSuccess === 1 || undefined;
    });
    expect(await tls.isAnswered({ maxVersion: "TLSv1.2" })).toBe(false);
    expect(tls.logged.filter((line) => line.includes("web config reloaded"))).toHaveLength(1);
  });

  test("TLS, users and limits come and go without a restart", async () => {
    await tls.start();
    expect(await tls.isAnswered()).toBe(true);
    tls.write("http_server_config: {http2: true}");
    const plain = await fetch(`http://127.0.0.1:${tls.port}/metrics`);
    expect(plain.status).toBe(200);
    tls.write(
      `basic_auth_users: {alice: ${await Bun.password.hash("x", { algorithm: "bcrypt", cost: 4 })}}`,
    );
    expect((await fetch(`http://127.0.0.1:${tls.port}/metrics`)).status).toBe(401);
    tls.write(...TLS);
    expect(await tls.isAnswered()).toBe(true);
  });

  test("1,000 scrapes, each on a new connection, succeed across ten changes", async () => {
    await tls.start();
    let failed = 0;
    for (let change = 0; change < 10; change++) {
      const scrapes = Array.from({ length: 100 }, async (_, i) => {
        // While a change happens, too.
        if (i === 50)
          tls.write(...TLS, change % 2 === 0 ? "  min_version: TLS13" : "  min_version: TLS12");
        if (!(await tls.isAnswered())) failed++;
      });
      await Promise.all(scrapes);
    }
    expect(failed).toBe(0);
    expect(tls.logged.filter((line) => line.includes("level=ERROR"))).toEqual([]);
  });
});
