/** The files of --web.config.file: what is taken, and what is refused by name. */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { createSecureContext } from "node:tls";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ConfigError } from "../../../src/config.ts";
import { type WebConfig, readWebConfig } from "../../../src/web/config/web_config.ts";
import { checkTls } from "../../../src/web/node/certificates.ts";
import { makeAuthority, makeCertificate } from "../../helpers/certificates.ts";
import { describeWith } from "../../helpers/needs.ts";
import { remove, scratchFolder } from "../../helpers/run.ts";

setDefaultTimeout(20_000);

const HASH = "$2y$10$X0h1gDsPszWURQaxFh.zoubFi6DXncSjhoQNJgRrnGs7EsimhC7zG";

/** A server's certificate and key, and lines to add to them. */
const TLS = (...lines: string[]) =>
  ["tls_server_config:", "cert_file: server.crt", "key_file: server.key", ...lines].join("\n  ");

describeWith(["openssl"], "a web config file", () => {
  let folder: string;

  beforeAll(async () => {
    folder = scratchFolder("web-config");
    const authority = await makeAuthority(folder, "ca");
    await makeCertificate(folder, "server", authority, "DNS:localhost");
    await makeCertificate(folder, "other", authority, "DNS:localhost");
    mkdirSync(join(folder, "below"));
  });
  afterAll(() => remove(folder));

  function read(text: string): WebConfig {
    const path = join(folder, "web.yml");
    writeFileSync(path, text);
    return readWebConfig(
      path,
      () => undefined,
      (tls) => checkTls(tls, createSecureContext),
    );
  }

  function inline(name: string): string {
    const pem = readFileSync(join(folder, name), "utf8").trimEnd();
    return `|\n    ${pem.replaceAll("\n", "\n    ")}`;
  }

  test.each([
    ["nothing", ""],
    ["comments", "# tls_server_config:\n"],
    [
      "sections without anything",
      "tls_server_config:\nhttp_server_config:\nbasic_auth_users:\nrate_limit:\n",
    ],
  ])("with %s is plain HTTP for everybody", (_name, text) => {
    const { tls, http, users, rateLimit } = read(text);
    expect([tls, http.http2, http.headers.size, users.size, rateLimit]).toEqual([
      undefined,
      true,
      0,
      0,
      undefined,
    ]);
  });

  test("takes certificate, key and authority inline", () => {
    const text = `tls_server_config:
  cert: ${inline("server.crt")}
  key: ${inline("server.key")}
  client_ca: ${inline("ca.crt")}
  client_auth_type: RequireAndVerifyClientCert
`;
    const { tls } = read(text);
    expect(tls!.clientCa!.trim()).toBe(readFileSync(join(folder, "ca.crt"), "utf8").trim());
  });

  test("names files relative to its own folder", () => {
    writeFileSync(
      join(folder, "below/web.yml"),
      "tls_server_config: {cert_file: ../server.crt, key_file: ../server.key}\n",
    );
    const opened: string[] = [];
    readWebConfig(
      join(folder, "below/web.yml"),
      (path) => opened.push(path),
      () => undefined,
    );
    expect(opened).toEqual(
      ["below/web.yml", "server.crt", "server.key"].map((f) => join(folder, f)),
    );
  });

  test("has all its sections read", () => {
    const { tls, http, users, rateLimit } = read(`${TLS("min_version: TLS13")}
http_server_config: {http2: false, headers: {X-Frame-Options: deny}}
basic_auth_users:
  "bob: the builder": ${HASH}
rate_limit: {interval: 1m30s, burst: 5}
`);
    expect(tls!.cert).toStartWith("-----BEGIN CERTIFICATE-----");
    expect(tls!.key).toStartWith("-----BEGIN PRIVATE KEY-----");
    expect(tls!.minVersion).toBe("TLSv1.3");
    expect(http).toEqual({ http2: false, headers: new Map([["X-Frame-Options", "deny"]]) });
    expect([...users]).toEqual([["bob: the builder", HASH]]);
    expect(rateLimit).toEqual({ intervalMs: 90_000, burst: 5 });
  });

  test("asks for a cipher that HTTP/2 needs only where that is on", () => {
    const text = TLS("cipher_suites: [TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384]");
    expect(() => read(text)).toThrow("missing a cipher that HTTP/2 needs");
    expect(read(`${text}\nhttp_server_config: {http2: false}`).tls).toBeDefined();
  });

  test.each([
    ["junk", "aaa\nbbb\nccc\n", "want a mapping of settings"],
    [
      "an unknown section",
      "tls_config: {}",
      "tls_config: unknown key: want one of tls_server_config",
    ],
    ["a duplicate", TLS("cert_file: x"), 'line 4: duplicate key "cert_file"'],
    ["a list for a section", "tls_server_config: []", "tls_server_config: want a mapping"],
    [
      "a missing file",
      "tls_server_config:\n  cert_file: none\n  key_file: server.key",
      "tls_server_config.cert_file: none: no such file or directory",
    ],
    [
      "a folder for a file",
      "tls_server_config:\n  cert_file: below\n  key_file: server.key",
      "is a directory",
    ],
    [
      "no PEM",
      "tls_server_config:\n  cert_file: web.yml\n  key_file: server.key",
      "can't use the cert: no start line",
    ],
    [
      "another's key",
      "tls_server_config:\n  cert_file: server.crt\n  key_file: other.key",
      "can't use the key: key values mismatch",
    ],
    [
      "an authority that is none",
      TLS("client_auth_type: RequestClientCert", "client_ca_file: web.yml"),
      "client_ca",
    ],
    [
      "a bad header",
      "http_server_config: {headers: {X-Frame-Options: foo}}",
      'http_server_config.headers.X-Frame-Options: invalid value "foo": want deny or sameorigin',
    ],
    [
      "a password in clear",
      "basic_auth_users: {john: doe}",
      "basic_auth_users.john: want a bcrypt hash",
    ],
    ["a bad interval", "rate_limit: {interval: soon}", "rate_limit.interval: invalid duration"],
  ])("with %s is refused in one line", (_name, text, reason) => {
    let said = "";
    try {
      read(text);
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigError);
      said = (error as Error).message;
    }
    expect(said).toStartWith(`--web.config.file: ${join(folder, "web.yml")}: `);
    expect(said).toContain(reason);
    expect(said).not.toContain("\n");
    expect(said).not.toContain("doe");
  });

  test("that is missing, or a FIFO's kind, is refused in one line", () => {
    for (const [path, reason] of [
      [join(folder, "none"), "no such file or directory"],
      [folder, "is a directory"],
      ["/dev/zero", "is a device"],
    ]) {
      const reading = () =>
        readWebConfig(
          path!,
          () => undefined,
          () => undefined,
        );
      expect(reading).toThrow(ConfigError);
      expect(reading).toThrow(reason!);
    }
  });
});
