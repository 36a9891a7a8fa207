import type { Family } from "../metrics/metric.ts";
import { type Format, render } from "../metrics/render.ts";

/** What a response takes without a copy of its own: 1,500 answers nobody reads are one body then. */
export type Body = string | Blob;

const made = new WeakMap<readonly Family[], Map<string, Promise<Body>>>();

/**
 * The body for one collection, in text or OpenMetrics, compressed or not. Scrapes that overlap share
 * a collection, so each form is rendered and compressed once for all of them.
 */
export function exposition(
  families: readonly Family[],
  format: Format,
  gzip: boolean,
): Promise<Body> {
  let bodies = made.get(families);
  if (!bodies) made.set(families, (bodies = new Map()));
  const form = gzip ? `${format} gzip` : format;
  let body = bodies.get(form);
  if (!body) {
    body = gzip ? compressed(exposition(families, format, false)) : render(families, format);
    bodies.set(form, body);
  }
  return body;
}

/** A Blob, since a response copies any other bytes. */
async function compressed(text: Promise<Body>): Promise<Blob> {
  return new Blob([Bun.gzipSync(Buffer.from((await text) as string))]);
}
