import type { Format } from "../metrics/render.ts";

interface Accepted {
  type: string;
  parameters: Map<string, string>;
  quality: number;
}

/**
 * The format of the answer to an Accept header (RFC 9110, 12.5.1): the supported one of highest quality, or text when
 * none matches, as in Prometheus's own libraries.
 */
export function negotiateFormat(accept: string | null): Format {
  let best: { format: Format; quality: number } = { format: "text", quality: 0 };
  for (const accepted of parseAccept(accept ?? "")) {
    const format = formatOf(accepted);
    if (format && accepted.quality > best.quality) best = { format, quality: accepted.quality };
  }
  return best.format;
}

function formatOf({ type, parameters }: Accepted): Format | undefined {
  const version = parameters.get("version");
  if (type === "application/openmetrics-text") {
    return version === undefined || version === "1.0.0" ? "openmetrics" : undefined;
  }
  if (type === "text/plain") {
    return version === undefined || version === "0.0.4" ? "text" : undefined;
  }
  return type === "text/*" || type === "*/*" ? "text" : undefined;
}

/** Whether an Accept-Encoding header allows gzip. */
export function acceptsGzip(acceptEncoding: string | null): boolean {
  const codings = parseAccept(acceptEncoding ?? "");
  const coding =
    codings.find(({ type }) => type === "gzip") ?? codings.find(({ type }) => type === "*");
  return coding !== undefined && coding.quality > 0;
}

/** Prometheus sends 400 characters. Without the JIT 16 KiB of commas take 15 ms. */
const MAX_HEADER_LENGTH = 1024;

function parseAccept(header: string): Accepted[] {
  return header
    .slice(0, MAX_HEADER_LENGTH)
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "")
    .map((item) => {
      const [type = "", ...words] = item.split(";").map((word) => word.trim().toLowerCase());
      const parameters = new Map(
        words.map((word) => {
          const [name = "", value = ""] = word.split("=");
          return [name, value.replace(/^"(.*)"$/, "$1")];
        }),
      );
      const quality = Number(parameters.get("q") ?? 1);
      return { type, parameters, quality: Number.isFinite(quality) ? quality : 0 };
    });
}
