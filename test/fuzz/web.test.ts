/** Requests, which anybody may send, and the web config file. */
import { expect, test } from "bun:test";
import { readHttp, readRateLimit, readUsers } from "../../src/web/config/http.ts";
import { readTls } from "../../src/web/config/tls.ts";
import { isMap, parseYaml, type YamlMap } from "../../src/web/config/yaml.ts";
import { acceptsGzip, negotiateFormat } from "../../src/web/negotiate.ts";
import { alternativeNames } from "../../src/web/node/certificates.ts";
import { type NodeRequest, toRequest } from "../../src/web/node/exchange.ts";
import { parseBasic } from "../../src/web/passwords.ts";
import { fuzz, FUZZ_TIMEOUT_MS } from "../helpers/fuzz.ts";
import { mutatedValue } from "../helpers/mutate_value.ts";
import { expectWellFormed, fuzzParser } from "./fuzz_parser.ts";
import { SITE } from "../helpers/site.ts";
import { Router } from "../../src/web/router.ts";

/** Of Prometheus 2.53 and 3.5, VictoriaMetrics' vmagent, curl and browsers. */
const ACCEPT = [
  "application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;q=0.3,text/plain;version=0.0.4;q=0.2,/;q=0.1",
  "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
  "text/plain;version=0.0.4;q=1,*/*;q=0.1",
  "*/*",
  'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8,text/plain;charset="utf-8"',
].map((text) => Buffer.from(text));

const FORMATS = new Set(["text", "openmetrics"]);

fuzzParser("Accept headers", ACCEPT, (bytes) => {
  const format = negotiateFormat(bytes.toString("latin1"));
  if (!FORMATS.has(format)) throw new Error(`the format is ${format}`);
  return format;
});

fuzzParser(
  "Accept-Encoding headers",
  ["gzip", "gzip, deflate, br, zstd", "identity;q=1, *;q=0"].map((text) => Buffer.from(text)),
  (bytes) => acceptsGzip(bytes.toString("latin1")),
);

/** Each key of the format, in the ways that YAML knows. */
const WEB_CONFIG = `tls_server_config:
  cert: |
    -----BEGIN CERTIFICATE-----
    MIIFsDCCA5igAwIBAgIRAMMSh5NoexSCjSvDRf1fpgMwDQYJKoZIhvcNAQELBQAw
    -----END CERTIFICATE-----
  key: "k"
  client_auth_type: 'RequireAndVerifyClientCert'
  client_ca: ca # inline
  client_allowed_sans:
  - one.example
  - 10.0.0.1
  min_version: TLS12
  cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, "TLS_AES_128_GCM_SHA256"]
  curve_preferences: [CurveP256,
    X25519]
  prefer_server_cipher_suites: yes
http_server_config: {http2: true, headers: {X-Frame-Options: deny}}
basic_auth_users:
  alice: $2y$10$X0h1gDsPszWURQaxFh.zoubFi6DXncSjhoQNJgRrnGs7EsimhC7zG
rate_limit: {interval: 1m30s, burst: 5}
`;

/** The settings of a file, or that it was refused in one line. */
function settingsOf(parse: () => YamlMap): unknown {
  try {
    const file = parse();
    const http = readHttp(file["http_server_config"]);
    const limit = readRateLimit(file["rate_limit"]);
    const users = readUsers(file["basic_auth_users"]);
    const tls = readTls(file["tls_server_config"], (path) => path, http.http2);
    return { http, limit, users, tls };
  } catch (error) {
    // What is refused is no fault of the program.
    const { message, constructor } = error as Error;
    if (constructor !== Error || /[\n\r]/.test(message.replaceAll(/"[^"]*"/gs, ""))) throw error;
    return "refused";
  }
}

fuzzParser("web config files", [Buffer.from(WEB_CONFIG)], (bytes) =>
  settingsOf(() => parseYaml(bytes.toString())),
);

test(
  "web settings",
  async () => {
    const file = parseYaml(WEB_CONFIG);
    expect(settingsOf(() => file)).not.toBe("refused");
    await fuzz("web settings", (random) => {
      const value = mutatedValue(random, file);
      expectWellFormed(settingsOf(() => (isMap(value) ? value : {})));
    });
  },
  FUZZ_TIMEOUT_MS,
);

fuzzParser("Authorization headers", [Buffer.from(`Basic ${btoa("alice:secret")}`)], (bytes) => {
  const given = parseBasic(bytes.toString("latin1"));
  return given && { user: given.user, passwordBytes: given.bytes.length };
});

fuzzParser(
  "subject alternative names",
  [Buffer.from('DNS:one, IP Address:10.0.0.1, URI:"a\\u002c b", email:a@b')],
  (bytes) => alternativeNames(bytes.toString("latin1")),
);

/** A request of a stranger ends with an answer, whatever its target and method. */
fuzzParser(
  "request lines",
  [
    "GET /metrics?collect[]=cpu HTTP/1.1",
    "HEAD / HTTP/1.0",
    "GET http://host:1/-/healthy HTTP/1.1",
    "OPTIONS * HTTP/1.1",
    "CONNECT host:1 HTTP/1.1",
  ].map((text) => Buffer.from(text)),
  async (bytes) => {
    const [method = "", url = "", version = ""] = bytes.toString("latin1").split(" ");
    const httpVersion = version.slice(5);
    const headers = { host: "x", accept: url, "accept-encoding": method };
    let request: Request | undefined;
    try {
      request = toRequest({ method, url, httpVersion, headers } as unknown as NodeRequest);
    } catch (error) {
      // No parser of HTTP lets such a method or header through.
      if (/method|header/i.test((error as Error).message)) return 400;
      throw error;
    }
    const status = request ? (await new Router(SITE).answer(request)).status : 400;
    if (![200, 400, 404, 405].includes(status)) throw new Error(`answered ${status}`);
    return status;
  },
);
