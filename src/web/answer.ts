/** A response that keeps its body as a Blob, so that a server other than `Bun.serve` can send it as it is. */
export class Answer extends Response {
  constructor(
    /** Many answers can share one Blob; each would copy other bytes or text. */
    readonly content: Blob,
    init: { status?: number; headers: Record<string, string> },
  ) {
    // Caches on the way must not keep who is logged in and from where.
    super(content, { ...init, headers: { "Cache-Control": "no-store", ...init.headers } });
  }
}

export function plain(text: string, status = 200, headers: Record<string, string> = {}): Answer {
  const type = { "Content-Type": "text/plain; charset=utf-8" };
  return new Answer(new Blob([text]), { status, headers: { ...type, ...headers } });
}
