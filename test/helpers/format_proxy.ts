/**
 * Stands between Prometheus and the exporter, to see or to choose the form that they agree on: releases
 * before 2.49 can't be told to ask for text.
 */
export class FormatProxy implements AsyncDisposable {
  /** `CONTENT-TYPE CONTENT-ENCODING` of each answer. */
  readonly forms = new Set<string>();
  private readonly server: Bun.Server<undefined>;

  /** @param accept what to ask for in place of what Prometheus asks for */
  constructor(
    private readonly exporterUrl: string,
    private readonly accept?: string,
  ) {
    this.server = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch: (request) => this.pass(request),
    });
  }

  private async pass({ headers, url }: Request): Promise<Response> {
    const asked = new Headers(headers);
    if (this.accept) asked.set("accept", this.accept);
    asked.delete("host");
    try {
      const answer = await fetch(this.exporterUrl + new URL(url).pathname, {
        headers: asked,
        decompress: false,
        signal: AbortSignal.timeout(10_000),
      });
      const { headers: got } = answer;
      this.forms.add(`${got.get("content-type")} ${got.get("content-encoding")}`);
      return answer;
    } catch (error) {
      // The host is booting, say: Prometheus notes that the target is down.
      return new Response((error as Error).message, { status: 502 });
    }
  }

  get port(): number {
    return this.server.port!;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.server.stop(true);
  }
}
