/** A response that still knows its body: what does not go through `Bun.serve` sends that as it is. */
export class Answer extends Response {
  constructor(
    /** Many answers can hold one Blob; of other bytes and of text each takes a copy. */
    readonly content: Blob,
    init: { status?: number; headers: Record<string, string> },
  ) {
    // Who is logged in, and from where, is nothing for a cache on the way.
    super(content, { ...init, headers: { "Cache-Control": "no-store", ...init.headers } });
  }
}

export function plain(text: string, status = 200, headers: Record<string, string> = {}): Answer {
  const type = { "Content-Type": "text/plain; charset=utf-8" };
  return new Answer(new Blob([text]), { status, headers: { ...type, ...headers } });
}
