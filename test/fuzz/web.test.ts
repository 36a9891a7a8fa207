/** Headers of requests, which anybody may send. */
import { acceptsGzip, negotiateFormat } from "../../src/web/negotiate.ts";
import { fuzzParser } from "./fuzz_parser.ts";

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
