/** The section `tls_server_config`, with Go's names of versions, ciphers and curves. */
import { explain } from "../../sources/errors.ts";
import { Section } from "./section.ts";

const KEYS = [
  "cert",
  "key",
  "client_ca",
  "cert_file",
  "key_file",
  "client_auth_type",
  "client_ca_file",
  "client_allowed_sans",
  "min_version",
  "max_version",
  "cipher_suites",
  "prefer_server_cipher_suites",
  "curve_preferences",
] as const;
type Key = (typeof KEYS)[number];

const CLIENT_AUTH_TYPES = [
  "NoClientCert",
  "RequestClientCert",
  "RequireAnyClientCert",
  "VerifyClientCertIfGiven",
  "RequireAndVerifyClientCert",
] as const;
export type ClientAuthType = (typeof CLIENT_AUTH_TYPES)[number];

/** An older name that the format still accepts. */
const OLD_NAME = "RequireClientCert";

/** Oldest first. */
const VERSIONS = { TLS10: "TLSv1", TLS11: "TLSv1.1", TLS12: "TLSv1.2", TLS13: "TLSv1.3" } as const;
type VersionName = keyof typeof VERSIONS;
const VERSION_NAMES = Object.keys(VERSIONS) as VersionName[];

/** OpenSSL's names of the ciphers that Go calls secure. The first two suit HTTP/2. */
const CIPHERS = {
  TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256: "ECDHE-ECDSA-AES128-GCM-SHA256",
  TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256: "ECDHE-RSA-AES128-GCM-SHA256",
  TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384: "ECDHE-ECDSA-AES256-GCM-SHA384",
  TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384: "ECDHE-RSA-AES256-GCM-SHA384",
  TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256: "ECDHE-ECDSA-CHACHA20-POLY1305",
  TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256: "ECDHE-RSA-CHACHA20-POLY1305",
  TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA: "ECDHE-ECDSA-AES128-SHA",
  TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA: "ECDHE-RSA-AES128-SHA",
  TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA: "ECDHE-ECDSA-AES256-SHA",
  TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA: "ECDHE-RSA-AES256-SHA",
} as const;
type CipherName = keyof typeof CIPHERS;

/** Ciphers with CBC must be named explicitly: they have a history of attacks. */
const BY_DEFAULT = (Object.keys(CIPHERS) as CipherName[]).filter((name) => !name.includes("_CBC_"));

/** These can't be configured, as in Go: TLS 1.3 always enables all of them. */
const TLS13_CIPHERS: readonly string[] = [
  "TLS_AES_128_GCM_SHA256",
  "TLS_AES_256_GCM_SHA384",
  "TLS_CHACHA20_POLY1305_SHA256",
];

const HTTP2_CIPHERS: readonly string[] = Object.keys(CIPHERS).slice(0, 2);

const CURVES = {
  CurveP256: "P-256",
  CurveP384: "P-384",
  CurveP521: "P-521",
  X25519: "X25519",
} as const;

export interface TlsSettings {
  /** PEM text. */
  cert: string;
  key: string;
  clientCa: string | undefined;
  clientAuthType: ClientAuthType;
  /** A client's certificate must have one of these names; undefined accepts any. */
  clientAllowedSans: readonly string[] | undefined;
  /** In node:tls's names, like the fields below. */
  minVersion: (typeof VERSIONS)[VersionName];
  maxVersion: (typeof VERSIONS)[VersionName];
  ciphers: string;
  honorCipherOrder: boolean;
  ecdhCurve: string | undefined;
}

/**
 * @param read reads a file that the section names
 * @param http2 whether HTTP/2 is enabled, which requires one of its ciphers
 * @returns the settings; undefined when there is no such section
 * @throws an Error that names the invalid setting
 */
export function readTls(
  value: unknown,
  read: (path: string) => string,
  http2: boolean,
): TlsSettings | undefined {
  const section = new Section("tls_server_config", value, KEYS);
  if (KEYS.every((key) => section.raw(key) === undefined)) return undefined;
  const cert = textOrFile(section, "cert", "cert_file", read);
  const key = textOrFile(section, "key", "key_file", read);
  if (cert === undefined) throw new Error("tls_server_config: missing one of cert or cert_file");
  if (key === undefined) throw new Error("tls_server_config: missing one of key or key_file");
  return {
    cert,
    key,
    ...readClients(section, read),
    ...readVersionsAndCiphers(section, http2),
    honorCipherOrder: section.flag("prefer_server_cipher_suites", true),
    ecdhCurve: readCurves(section),
  };
}

function textOrFile(
  section: Section<Key>,
  text: Key,
  file: Key,
  read: (path: string) => string,
): string | undefined {
  const inline = section.text(text);
  const path = section.text(file);
  if (inline !== undefined && path !== undefined) {
    throw new Error(`${section.pathOf(text)}: want either ${text} or ${file}, not both`);
  }
  if (path === undefined) return inline;
  try {
    return read(path);
  } catch (error) {
    throw new Error(`${section.pathOf(file)}: ${path}: ${explain(error)}`, { cause: error });
  }
}

function readClients(section: Section<Key>, read: (path: string) => string) {
  const clientCa = textOrFile(section, "client_ca", "client_ca_file", read);
  const clientAuthType: ClientAuthType =
    section.text("client_auth_type") === OLD_NAME
      ? "RequireAnyClientCert"
      : (section.oneOf("client_auth_type", CLIENT_AUTH_TYPES) ?? "NoClientCert");
  const clientAllowedSans = section.texts("client_allowed_sans");
  const asksForNone = clientAuthType === "NoClientCert";
  if (clientCa !== undefined && asksForNone) {
    throw new Error("tls_server_config: a client CA is given without a client_auth_type");
  }
  if (clientAllowedSans && asksForNone) {
    throw new Error("tls_server_config.client_allowed_sans: missing client_auth_type");
  }
  if (clientAllowedSans?.length === 0) {
    throw new Error("tls_server_config.client_allowed_sans: want at least one name");
  }
  return { clientCa, clientAuthType, clientAllowedSans };
}

function readVersionsAndCiphers(section: Section<Key>, http2: boolean) {
  let lowest = section.oneOf("min_version", VERSION_NAMES) ?? "TLS12";
  const highest = section.oneOf("max_version", VERSION_NAMES) ?? "TLS13";
  const names = section.texts("cipher_suites") ?? [];
  const known = [...Object.keys(CIPHERS), ...TLS13_CIPHERS];
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    const wanted = `want some of ${known.join(", ")}`;
    throw new Error(`tls_server_config.cipher_suites: unknown cipher "${unknown}": ${wanted}`);
  }
  const older = names.filter((name): name is CipherName => Object.hasOwn(CIPHERS, name));
  // Without a cipher of earlier versions, only TLS 1.3 is left.
  if (names.length > 0 && older.length === 0) lowest = "TLS13";
  if (VERSION_NAMES.indexOf(lowest) > VERSION_NAMES.indexOf(highest)) {
    throw new Error(
      `tls_server_config: invalid versions ${lowest} to ${highest}: want min_version below max_version`,
    );
  }
  if (http2 && lowest !== "TLS13" && names.length > 0 && !HTTP2_CIPHERS.some(isIn(names))) {
    const wanted = `want one of ${HTTP2_CIPHERS.join(", ")}, or http_server_config.http2: false`;
    throw new Error(
      `tls_server_config.cipher_suites: missing a cipher that HTTP/2 needs: ${wanted}`,
    );
  }
  const ciphers = (older.length > 0 ? older : BY_DEFAULT).map((name) => CIPHERS[name]);
  return {
    minVersion: VERSIONS[lowest],
    maxVersion: VERSIONS[highest],
    ciphers: ciphers.join(":"),
  };
}

function isIn(names: readonly string[]): (name: string) => boolean {
  return (name) => names.includes(name);
}

function readCurves(section: Section<Key>): string | undefined {
  const names = section.texts("curve_preferences");
  if (!names || names.length === 0) return undefined;
  return names
    .map((name) => {
      if (Object.hasOwn(CURVES, name)) return CURVES[name as keyof typeof CURVES];
      const wanted = `want some of ${Object.keys(CURVES).join(", ")}`;
      throw new Error(`tls_server_config.curve_preferences: unknown curve "${name}": ${wanted}`);
    })
    .join(":");
}
