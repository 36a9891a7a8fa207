import { describe, expect, test } from "bun:test";
import { acceptsGzip, negotiateFormat } from "../../src/web/negotiate.ts";

/** What scrapers send; Prometheus's are built in its scrape/scrape.go. */
const PROMETHEUS_3 =
  "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6," +
  "application/openmetrics-text;version=0.0.1;q=0.5," +
  "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2";
const PROMETHEUS_3_PROTOBUF =
  "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.7," +
  PROMETHEUS_3;
const PROMETHEUS_2 =
  "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75," +
  "text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
const PROMETHEUS_1 =
  "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.7," +
  "text/plain;version=0.0.4;q=0.3";

test("of a header no more than 1 KiB is looked at, which more commas do not make longer", () => {
  const far = ",".repeat(1024);
  expect(negotiateFormat(`application/openmetrics-text${far}`)).toBe("openmetrics");
  expect(negotiateFormat(`${far}application/openmetrics-text`)).toBe("text");
  expect(acceptsGzip(`gzip${far}`)).toBe(true);
  expect(acceptsGzip(`${far}gzip`)).toBe(false);
});

describe("negotiateFormat", () => {
  test.each([
    [PROMETHEUS_3, "openmetrics"],
    [PROMETHEUS_3_PROTOBUF, "openmetrics"],
    [PROMETHEUS_2, "openmetrics"],
    [PROMETHEUS_1, "text"],
    // curl, a browser.
    ["*/*", "text"],
    ["text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text"],
    ["application/openmetrics-text", "openmetrics"],
    ['Application/OpenMetrics-Text; Version="1.0.0"; charset=utf-8', "openmetrics"],
    ["text/plain;q=0.9, application/openmetrics-text;q=0.8", "text"],
    ["text/plain;q=0.8, application/openmetrics-text;q=0.9", "openmetrics"],
    ["application/openmetrics-text;q=0, text/plain", "text"],
    ["application/openmetrics-text;q=0", "text"],
    // Versions that we do not write.
    ["application/openmetrics-text;version=2.0.0", "text"],
    ["application/openmetrics-text;version=0.0.1", "text"],
    ["text/plain;version=1.0.0, application/openmetrics-text;version=1.0.0;q=0.1", "openmetrics"],
  ] as const)("%s is answered with %s", (accept, format) => {
    expect(negotiateFormat(accept)).toBe(format);
  });

  test.each([
    null,
    "",
    ",",
    ";",
    ",;,=;q",
    "q=1",
    "application/json",
    "*;q",
    "text/plain;q=x",
    "\u00e9",
    "a".repeat(100_000),
  ])("what is odd is answered with text: %p", (accept) => {
    expect(negotiateFormat(accept)).toBe("text");
  });
});

describe("acceptsGzip", () => {
  test.each([
    "gzip",
    "GZIP",
    "gzip, deflate, br",
    "deflate;q=0.5,gzip;q=0.1",
    "*",
    "identity;q=0.5, *;q=0.1",
  ])("%s allows it", (header) => {
    expect(acceptsGzip(header)).toBe(true);
  });

  test.each([
    null,
    "",
    "identity",
    "deflate",
    "gzip;q=0",
    "gzip;q=0.0, *",
    "*;q=0",
    "br, *;q=0",
    "gzipped",
  ])("%p does not", (header) => {
    expect(acceptsGzip(header)).toBe(false);
  });
});
