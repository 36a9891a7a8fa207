import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readTls } from "../../../src/web/config/tls.ts";

const FILES: Record<string, string> = { "a.crt": "CERT", "a.key": "KEY", "ca.crt": "CA" };
function open(path: string): string {
  return FILES[path] ?? readFileSync(join(import.meta.dir, path), "utf8");
}

const PAIR = { cert_file: "a.crt", key_file: "a.key" };
/** A server's certificate and key, with settings beside them. */
const read = (more: object = {}, http2 = true) => readTls({ ...PAIR, ...more }, open, http2)!;

describe("readTls", () => {
  test.each([[undefined], [null], [{}], [{ cert: null }]])("%p is no TLS", (value) => {
    expect(readTls(value, open, true)).toBeUndefined();
  });

  test("is TLS 1.2 and 1.3 by default, forward secret and without CBC", () => {
    const { ciphers, ...rest } = read();
    expect(rest).toEqual({
      cert: "CERT",
      key: "KEY",
      clientCa: undefined,
      clientAuthType: "NoClientCert",
      clientAllowedSans: undefined,
      minVersion: "TLSv1.2",
      maxVersion: "TLSv1.3",
      honorCipherOrder: true,
      ecdhCurve: undefined,
    });
    expect(ciphers.split(":")).toHaveLength(6);
    for (const cipher of ciphers.split(":")) expect(cipher).toMatch(/^ECDHE-.*(GCM|CHACHA20)/);
  });

  test("takes certificate, key and authority inline", () => {
    const inline = { cert: "C", key: "K", client_ca: "A", client_auth_type: "RequestClientCert" };
    const tls = readTls(inline, open, true)!;
    expect([tls.cert, tls.key, tls.clientCa]).toEqual(["C", "K", "A"]);
  });

  test.each([
    ["RequestClientCert", "RequestClientCert"],
    ["RequireClientCert", "RequireAnyClientCert"],
    ["RequireAnyClientCert", "RequireAnyClientCert"],
    ["VerifyClientCertIfGiven", "VerifyClientCertIfGiven"],
    ["RequireAndVerifyClientCert", "RequireAndVerifyClientCert"],
    ["NoClientCert", "NoClientCert"],
    ["", "NoClientCert"],
  ])("client_auth_type %s is %s", (given, taken) => {
    expect(read({ client_auth_type: given }).clientAuthType).toBe(taken as never);
  });

  test("ciphers and curves in their order, by OpenSSL's names", () => {
    const tls = read({
      cipher_suites: [
        "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
        "TLS_AES_128_GCM_SHA256",
        "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
      ],
      curve_preferences: ["CurveP521", "X25519", "CurveP256", "CurveP384"],
      prefer_server_cipher_suites: "no",
      min_version: "TLS10",
      max_version: "TLS12",
    });
    expect(tls.ciphers).toBe("ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256");
    expect(tls.ecdhCurve).toBe("P-521:X25519:P-256:P-384");
    expect([tls.minVersion, tls.maxVersion]).toEqual(["TLSv1", "TLSv1.2"]);
    expect(tls.honorCipherOrder).toBe(false);
  });

  test("ciphers of TLS 1.3 alone leave no older version", () => {
    const cipher_suites = ["TLS_CHACHA20_POLY1305_SHA256"];
    expect(read({ cipher_suites }).minVersion).toBe("TLSv1.3");
    const reading = () => read({ cipher_suites, max_version: "TLS12" });
    expect(reading).toThrow("tls_server_config: invalid versions TLS13 to TLS12");
  });

  test("a cipher that HTTP/2 needs may be missing without it, and with TLS 1.3 alone", () => {
    const cipher_suites = ["TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"];
    expect(() => read({ cipher_suites })).toThrow("missing a cipher that HTTP/2 needs");
    expect(read({ cipher_suites }, false).ciphers).toBe("ECDHE-RSA-AES256-GCM-SHA384");
    expect(read({ cipher_suites, min_version: "TLS13" }).minVersion).toBe("TLSv1.3");
  });

  test.each([
    [{ cert_file: "" }, "tls_server_config: missing one of cert or cert_file"],
    [{ key_file: null }, "tls_server_config: missing one of key or key_file"],
    [{ cert: "x" }, "tls_server_config.cert: want either cert or cert_file, not both"],
    [{ cert_file: "none" }, "tls_server_config.cert_file: none: no such file or directory"],
    [{ cert_file: {} }, "tls_server_config.cert_file: want a string"],
    [{ client_ca_file: "ca.crt" }, "a client CA is given without a client_auth_type"],
    [{ client_ca_file: "none" }, "client_ca_file: none: no such file or directory"],
    [{ client_allowed_sans: ["x"] }, "client_allowed_sans: missing client_auth_type"],
    [
      { client_auth_type: "RequestClientCert", client_allowed_sans: [] },
      "client_allowed_sans: want at least one name",
    ],
    [{ client_auth_type: "Require" }, 'unknown value "Require": want one of NoClientCert'],
    [{ min_version: "TLS111" }, 'min_version: unknown value "TLS111": want one of TLS10'],
    [{ min_version: "TLS13", max_version: "TLS12" }, "invalid versions TLS13 to TLS12"],
    [{ cipher_suites: ["TLS_RSA_FOO"] }, 'unknown cipher "TLS_RSA_FOO"'],
    [{ cipher_suites: ["TLS_RSA_WITH_AES_128_CBC_SHA"] }, "unknown cipher"],
    [{ cipher_suites: "TLS_AES_128_GCM_SHA256" }, "cipher_suites: want a list"],
    [{ curve_preferences: ["CurveP257"] }, 'unknown curve "CurveP257": want some of CurveP256'],
    [{ curve_preferences: ["toString"] }, "unknown curve"],
    [{ cert_filse: "x" }, "tls_server_config.cert_filse: unknown key"],
  ])("%j is refused", (settings, reason) => {
    expect(() => read(settings)).toThrow(reason);
  });

  test("a version alone asks for a certificate", () => {
    const reading = () => readTls({ min_version: "TLS13" }, open, true);
    expect(reading).toThrow("missing one of cert or cert_file");
  });
});
