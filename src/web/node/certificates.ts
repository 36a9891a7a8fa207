/** Checks TLS settings and client certificates. */
import type { SecureContextOptions, TLSSocket } from "node:tls";
import { canonicalAddress } from "../../sources/ip_address.ts";
import type { TlsSettings } from "../config/tls.ts";
import type { Modules } from "./modules.ts";

/** @throws an Error when the certificate, its key or the client CA can't be used */
export function checkTls(tls: TlsSettings, context: Modules["createSecureContext"]): void {
  // All three come from PEM text, and the runtime's error does not say which one is wrong.
  attempt("client_ca", () => tls.clientCa !== undefined && context({ ca: tls.clientCa }));
  if (tls.clientCa !== undefined && !tls.clientCa.includes("-----BEGIN")) {
    throw new Error("tls_server_config.client_ca: missing certificate: want PEM text");
  }
  attempt("cert", () => context({ cert: tls.cert }));
  attempt("key", () => context({ cert: tls.cert, key: tls.key }));
  attempt("cipher_suites or curve_preferences", () => context(secureOptions(tls)));
}

function attempt(what: string, use: () => unknown): void {
  try {
    use();
  } catch (error) {
    const reason = /:([A-Z_]+)$/.exec((error as Error).message)?.[1] ?? (error as Error).message;
    throw new Error(`tls_server_config: can't use the ${what}: ${words(reason)}`, { cause: error });
  }
}

function words(reason: string): string {
  return /^[A-Z_]+$/.test(reason) ? reason.toLowerCase().replaceAll("_", " ") : reason;
}

export function secureOptions(tls: TlsSettings): SecureContextOptions {
  return {
    cert: tls.cert,
    key: tls.key,
    minVersion: tls.minVersion,
    maxVersion: tls.maxVersion,
    ciphers: tls.ciphers,
    honorCipherOrder: tls.honorCipherOrder,
    ...(tls.clientCa === undefined ? {} : { ca: tls.clientCa }),
    ...(tls.ecdhCurve === undefined ? {} : { ecdhCurve: tls.ecdhCurve }),
  };
}

/** Why a client is refused after its handshake; undefined when it is allowed. */
export function refusalOf(tls: TlsSettings, socket: TLSSocket): string | undefined {
  const { clientAuthType, clientAllowedSans } = tls;
  if (clientAuthType === "NoClientCert") return undefined;
  const certificate = socket.getPeerCertificate() as { raw?: Buffer; subjectaltname?: string };
  if (!certificate?.raw) {
    const isNeeded = clientAuthType.startsWith("Require") || clientAllowedSans !== undefined;
    return isNeeded ? "no client certificate" : undefined;
  }
  const isVerified = clientAuthType.includes("Verify");
  if (isVerified && !socket.authorized) {
    return `client certificate not verified: ${socket.authorizationError}`;
  }
  if (!clientAllowedSans) return undefined;
  const names = alternativeNames(certificate.subjectaltname ?? "");
  return names.some((name) => clientAllowedSans.includes(name))
    ? undefined
    : "client certificate has none of client_allowed_sans";
}

/**
 * Parses the names in a certificate's subjectAltName in node:tls's format: `DNS:one, IP Address:10.0.0.1`. A name with
 * a comma or a quote is a JSON string, so that it can't imitate two names.
 */
export function alternativeNames(text: string): string[] {
  return text.split(", ").flatMap((item) => {
    const [, kind, name = ""] = /^(DNS|IP Address|email|URI):(.*)$/s.exec(item) ?? [];
    if (kind === undefined) return [];
    if (kind === "IP Address") return canonicalAddress(name) ?? [];
    return name.startsWith('"') ? (unquote(name) ?? []) : name;
  });
}

/** A stranger may have made the certificate, so an invalid name is ignored. */
function unquote(name: string): string | undefined {
  try {
    return JSON.parse(name) as string;
  } catch {
    return undefined;
  }
}
