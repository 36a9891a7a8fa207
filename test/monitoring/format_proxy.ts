/** Stands between Prometheus and the exporter, to see or to choose the form that they agree on. */
export class FormatProxy implements AsyncDisposable {
  /** The content types of the answers. */
  readonly contentTypes = new Set<string>();
  private readonly server: Bun.Server<undefined>;

  /** @param accept what to ask for in place of what Prometheus asks for */
  constructor(exporterUrl: string, accept?: string) {
    this.server = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch: async (request) => {
        const answer = await fetch(exporterUrl + new URL(request.url).pathname, {
          headers: { accept: accept ?? request.headers.get("accept") ?? "" },
        });
        const type = answer.headers.get("content-type") ?? "";
        this.contentTypes.add(type);
        return new Response(await answer.text(), { headers: { "content-type": type } });
      },
    });
  }

  get port(): number {
    return this.server.port!;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.server.stop(true);
  }
}
