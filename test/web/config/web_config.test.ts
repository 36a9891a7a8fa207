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
const HTTP = (line: string) => `http_server_config:\n  headers:\n    ${line}`;

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

  test("is TLS 1.2 and 1.3 by default, forward secret and without CBC", () => {
    const tls = read(TLS()).tls!;
    expect(tls.cert).toStartWith("-----BEGIN CERTIFICATE-----");
    expect(tls.key).toStartWith("-----BEGIN PRIVATE KEY-----");
    expect([tls.minVersion, tls.maxVersion]).toEqual(["TLSv1.2", "TLSv1.3"]);
    expect([tls.clientAuthType, tls.clientCa, tls.clientAllowedSans]).toEqual([
      "NoClientCert",
      undefined,
      undefined,
    ]);
    expect([tls.honorCipherOrder, tls.ecdhCurve]).toEqual([true, undefined]);
    const ciphers = tls.ciphers.split(":");
    expect(ciphers).toHaveLength(6);
    for (const cipher of ciphers) expect(cipher).toMatch(/^ECDHE-.*(GCM|CHACHA20)/);
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

  test.each([
    ["RequestClientCert", "RequestClientCert"],
    ["RequireClientCert", "RequireAnyClientCert"],
    ["RequireAnyClientCert", "RequireAnyClientCert"],
    ["VerifyClientCertIfGiven", "VerifyClientCertIfGiven"],
    ["RequireAndVerifyClientCert", "RequireAndVerifyClientCert"],
    ["NoClientCert", "NoClientCert"],
    ['""', "NoClientCert"],
  ])("client_auth_type %s", (given, taken) => {
    expect(read(TLS(`client_auth_type: ${given}`)).tls!.clientAuthType).toBe(taken as never);
  });

  test("ciphers and curves in their order, by OpenSSL's names", () => {
    const { tls } = read(
      TLS(
        "cipher_suites: [TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, TLS_AES_128_GCM_SHA256,",
        "  TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256]",
        "curve_preferences: [CurveP521, X25519, CurveP256, CurveP384]",
        "prefer_server_cipher_suites: no",
        "min_version: TLS10",
        "max_version: TLS12",
      ),
    );
    expect(tls!.ciphers).toBe("ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256");
    expect(tls!.ecdhCurve).toBe("P-521:X25519:P-256:P-384");
    expect([tls!.minVersion, tls!.maxVersion, tls!.honorCipherOrder]).toEqual([
      "TLSv1",
      "TLSv1.2",
      false,
    ]);
  });

  test("ciphers of TLS 1.3 alone leave no older version", () => {
    const text = TLS("cipher_suites: [TLS_CHACHA20_POLY1305_SHA256]");
    expect(read(text).tls!.minVersion).toBe("TLSv1.3");
    expect(() => read(`${text}\n  max_version: TLS12`)).toThrow(
      "no version from TLS13 up to TLS12",
    );
  });

  test("a cipher that HTTP/2 needs may be missing without it", () => {
    const text = TLS(
      "cipher_suites: [TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384]",
      "max_version: TLS12",
    );
    expect(() => read(text)).toThrow("missing a cipher that HTTP/2 needs");
    expect(read(`${text}\nhttp_server_config: {http2: false}`).http.http2).toBe(false);
  });

  test("headers, users and the limit", () => {
    const { http, users, rateLimit } = read(`
http_server_config:
  headers:
    X-Frame-Options: deny
    X-Content-Type-Options: nosniff
    X-XSS-Protection: 1
    Strict-Transport-Security: "max-age=31536000"
    Content-Security-Policy: ""
basic_auth_users:
  alice: ${HASH}
  "bob: the builder": ${HASH}
rate_limit: {interval: 1m30s, burst: 5}
`);
    expect(Object.fromEntries(http.headers)).toEqual({
      "X-Frame-Options": "deny",
      "X-Content-Type-Options": "nosniff",
      "X-XSS-Protection": "1",
      "Strict-Transport-Security": "max-age=31536000",
    });
    expect([...users.keys()]).toEqual(["alice", "bob: the builder"]);
    expect(rateLimit).toEqual({ intervalMs: 90_000, burst: 5 });
  });

  test.each([
    ["1s", 1000],
    ["0.5s", 500],
    ["100ms", 100],
    ["1h0m1.5s", 3_601_500],
    ["250us", 0.25],
    ["1000000", 1],
  ])("an interval of %s", (text, ms) => {
    expect(read(`rate_limit: {interval: ${text}, burst: 1}`).rateLimit!.intervalMs).toBeCloseTo(ms);
  });

  test.each(["0", "0s"])("%s is no limit", (text) => {
    expect(read(`rate_limit: {interval: ${text}, burst: 0}`).rateLimit).toBeUndefined();
  });

  test.each([
    ["junk", "aaa\nbbb\nccc\n", "want a mapping of settings"],
    [
      "an unknown section",
      "tls_config: {}",
      "tls_config: unknown key: want one of tls_server_config",
    ],
    [
      "an unknown key",
      "tls_server_config:\n  cert_filse: x",
      "tls_server_config.cert_filse: unknown key",
    ],
    ["a duplicate", TLS("cert_file: x"), 'line 4: duplicate key "cert_file"'],
    ["a list for a section", "tls_server_config: []", "tls_server_config: want a mapping"],
    [
      "a mapping for text",
      "tls_server_config: {cert_file: {}}",
      "tls_server_config.cert_file: want text",
    ],
    [
      "no certificate",
      "tls_server_config:\n  cert_file: ''\n  key_file: server.key",
      "missing one of cert or cert_file",
    ],
    [
      "no key",
      "tls_server_config:\n  cert_file: server.crt\n  key: ''",
      "missing one of key or key_file",
    ],
    [
      "a version but no certificate",
      "tls_server_config: {min_version: TLS13}",
      "missing one of cert",
    ],
    ["certificate twice", TLS("cert: x"), "tls_server_config.cert: want either cert or cert_file"],
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
      "an authority without auth type",
      TLS("client_ca_file: ca.crt"),
      "a client CA is given without a client_auth_type",
    ],
    [
      "a missing authority",
      TLS("client_ca_file: none"),
      "tls_server_config.client_ca_file: none: no such file or directory",
    ],
    [
      "an authority that is none",
      TLS("client_auth_type: RequestClientCert", "client_ca_file: web.yml"),
      "client_ca",
    ],
    [
      "names without auth type",
      TLS("client_allowed_sans: [x]"),
      "client_allowed_sans: missing client_auth_type",
    ],
    [
      "no names",
      TLS("client_auth_type: RequestClientCert", "client_allowed_sans: []"),
      "want at least one name",
    ],
    [
      "an unknown auth type",
      TLS("client_auth_type: Require"),
      'client_auth_type: unknown value "Require": want one of NoClientCert',
    ],
    [
      "an unknown version",
      TLS("min_version: TLS111"),
      'min_version: unknown value "TLS111": want one of TLS10',
    ],
    [
      "versions the wrong way round",
      TLS("min_version: TLS13", "max_version: TLS12"),
      "no version from TLS13",
    ],
    ["an invented cipher", TLS("cipher_suites: [TLS_RSA_FOO]"), 'unknown cipher "TLS_RSA_FOO"'],
    ["an insecure cipher", TLS("cipher_suites: [TLS_RSA_WITH_AES_128_CBC_SHA]"), "unknown cipher"],
    ["an invented curve", TLS("curve_preferences: [CurveP257]"), 'unknown curve "CurveP257"'],
    ["a curve that is a method", TLS("curve_preferences: [toString]"), "unknown curve"],
    ["text for a list", TLS("cipher_suites: TLS_AES_128_GCM_SHA256"), "cipher_suites: want a list"],
    [
      "text for a switch",
      "http_server_config: {http2: maybe}",
      "http_server_config.http2: want true or false",
    ],
    [
      "an unknown header",
      HTTP("Content-Type: foo"),
      "http_server_config.headers.Content-Type: can't be set",
    ],
    [
      "a bad frame option",
      HTTP("X-Frame-Options: foo"),
      'X-Frame-Options: invalid value "foo": want deny or sameorigin',
    ],
    [
      "a bad type option",
      HTTP("X-Content-Type-Options: sniff"),
      "X-Content-Type-Options: invalid value",
    ],
    ["a header in two lines", HTTP('X-XSS-Protection: "a\\r\\nb: c"'), "want printable ASCII"],
    [
      "a password in clear",
      "basic_auth_users: {john: doe}",
      "basic_auth_users.john: want a bcrypt hash",
    ],
    [
      "a hash of another kind",
      "basic_auth_users: {john: $6$abc$def}",
      "basic_auth_users.john: want a bcrypt hash",
    ],
    [
      "a user without hash",
      "basic_auth_users:\n  john:\n",
      "basic_auth_users.john: want a bcrypt hash",
    ],
    ["a list of users", `basic_auth_users: [${HASH}]`, "basic_auth_users: want a mapping"],
    ["a bad interval", "rate_limit: {interval: soon}", "rate_limit.interval: invalid duration"],
    ["a negative interval", "rate_limit: {interval: -1s}", "rate_limit.interval: invalid duration"],
    [
      "a broken burst",
      "rate_limit: {interval: 1s, burst: 1.5}",
      "rate_limit.burst: want a whole number",
    ],
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
