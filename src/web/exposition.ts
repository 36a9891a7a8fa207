import type { Family } from "../metrics/metric.ts";
import { type Format, render } from "../metrics/render.ts";

/** A larger body is compressed in pieces, yielding in between: 20 MB at once take a quarter of a second. */
export const GZIP_AT_ONCE_BYTES = 1024 * 1024;

const made = new WeakMap<readonly Family[], Map<string, Promise<Blob>>>();

/**
 * The body for one collection, in text or OpenMetrics, compressed or not. Overlapping scrapes share a collection, so
 * each format is rendered and compressed once for all of them, and their answers share one body in memory.
 */
export function exposition(
  families: readonly Family[],
  format: Format,
  gzip: boolean,
): Promise<Blob> {
  let bodies = made.get(families);
  if (!bodies) made.set(families, (bodies = new Map()));
  const form = gzip ? `${format} gzip` : format;
  let body = bodies.get(form);
  if (!body) bodies.set(form, (body = make(families, format, gzip)));
  return body;
}

async function make(families: readonly Family[], format: Format, gzip: boolean): Promise<Blob> {
  if (!gzip) return new Blob([await render(families, format)]);
  const text = await exposition(families, format, false);
  if (text.size <= GZIP_AT_ONCE_BYTES) return new Blob([Bun.gzipSync(await text.bytes())]);
  return new Response(text.stream().pipeThrough(new CompressionStream("gzip"))).blob();
}
