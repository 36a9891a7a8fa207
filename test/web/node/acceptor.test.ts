/** What the handshake asks for and lets in, over real sockets. */
import { expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync } from "node:fs";
import { type ClientHttp2Session, connect as connectHttp2 } from "node:http2";
import { connect as connectTcp } from "node:net";
import type { ConnectionOptions } from "node:tls";
import type { KeyPair } from "../../helpers/certificates.ts";
import { describeWith } from "../../helpers/needs.ts";
import { eventually } from "../../helpers/run.ts";
import { TlsServer } from "./tls_server.ts";

setDefaultTimeout(30_000);

function identity({ cert, key }: KeyPair): ConnectionOptions {
  return { cert: readFileSync(cert, "utf8"), key: readFileSync(key, "utf8") };
}

describeWith(["openssl"], "a connection with TLS", () => {
  const tls = new TlsServer();

  test("answers over TLS, and not over plain TCP", async () => {
    await tls.start();
    expect(tls.server.isSecure).toBe(true);
    expect(await tls.ask()).toContain("user_sessions_up 1\n");
    const plain = await new Promise<string>((resolve) => {
      let answer = "";
      const socket = connectTcp(tls.port, "127.0.0.1");
      socket.on("data", (data) => (answer += data.toString("latin1")));
      socket.on("error", () => undefined);
      socket.on("close", () => resolve(answer));
      socket.write("GET /metrics HTTP/1.0\r\n\r\n");
    });
    expect(plain).not.toContain("user_sessions_up");
  });

  test("HTTP/2 is there, and can be turned off", async () => {
    const overHttp2 = async () => {
      const client: ClientHttp2Session = connectHttp2(
        `https://localhost:${tls.port}`,
        tls.options(),
      );
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
    await tls.start();
    expect(await overHttp2()).toMatch(/^200 [^]*user_sessions_up 1\n$/);
    await eventually("the end of the answer", () => tls.server.unreadAnswers === 0 || undefined);
    await tls.stop();
    await tls.start("http_server_config: {http2: false}");
    expect(await overHttp2()).not.toContain("user_sessions_up");
    expect(await tls.isAnswered()).toBe(true);
  });

  test.each([
    ["NoClientCert", { none: true, stranger: true, known: true }],
    ["RequestClientCert", { none: true, stranger: true, known: true }],
    ["RequireAnyClientCert", { none: false, stranger: true, known: true }],
    ["VerifyClientCertIfGiven", { none: true, stranger: false, known: true }],
    ["RequireAndVerifyClientCert", { none: false, stranger: false, known: true }],
  ])("client_auth_type %s lets in %j", async (type, expected) => {
    const withAuthority = type === "NoClientCert" ? [] : ["  client_ca_file: ca.crt"];
    await tls.start(`  client_auth_type: ${type}`, ...withAuthority);
    expect({
      none: await tls.isAnswered(),
      stranger: await tls.isAnswered(identity(tls.stranger)),
      known: await tls.isAnswered(identity(tls.scraper)),
    }).toEqual(expected);
  });

  test.each([
    ["[scraper.example]", true],
    ["[other.example, 10.1.2.3]", true],
    ["[other.example, scraper.exampl, craper.example, 'DNS:scraper.example']", false],
  ])("client_allowed_sans %s lets the scraper in: %p", async (names, expected) => {
    for (const type of ["RequireAndVerifyClientCert", "VerifyClientCertIfGiven"]) {
      await tls.start(
        `  client_auth_type: ${type}`,
        "  client_ca_file: ca.crt",
        `  client_allowed_sans: ${names}`,
      );
      expect(await tls.isAnswered(identity(tls.scraper))).toBe(expected);
      expect(await tls.isAnswered()).toBe(false);
      await tls.stop();
    }
  });

  test("versions, ciphers and curves are kept to", async () => {
    await tls.start("  min_version: TLS13");
    expect(await tls.isAnswered({ maxVersion: "TLSv1.2" })).toBe(false);
    expect(await tls.isAnswered()).toBe(true);
    await tls.stop();
    await tls.start(
      "  max_version: TLS12",
      "  cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256]",
    );
    expect(await tls.isAnswered({ minVersion: "TLSv1.3" })).toBe(false);
    expect(await tls.isAnswered({ ciphers: "ECDHE-ECDSA-AES256-GCM-SHA384" })).toBe(false);
    expect(await tls.isAnswered({ ciphers: "ECDHE-ECDSA-AES128-GCM-SHA256" })).toBe(true);
    await tls.stop();
    await tls.start("  curve_preferences: [CurveP521]");
    expect(await tls.isAnswered({ ecdhCurve: "P-384" })).toBe(false);
    expect(await tls.isAnswered({ ecdhCurve: "P-521" })).toBe(true);
  });

  test("by default it is TLS 1.2 and forward secret at the least", async () => {
    await tls.start();
    expect(await tls.isAnswered({ minVersion: "TLSv1", maxVersion: "TLSv1.1" })).toBe(false);
    expect(await tls.isAnswered({ maxVersion: "TLSv1.2", ciphers: "AES128-GCM-SHA256" })).toBe(
      false,
    );
    expect(await tls.isAnswered({ maxVersion: "TLSv1.2" })).toBe(true);
  });
});
