/**
 * What serves TLS and HTTP/2. It is loaded when it is needed: it takes 17 MB, which who gives no web config
 * file does not pay. An import statement would do, but the bundler moves those to the program's start.
 */
export async function loadModules() {
  const [http, http2, net, tls] = await Promise.all([
    import("node:http"),
    import("node:http2"),
    import("node:net"),
    import("node:tls"),
  ]);
  return {
    createHttpServer: http.createServer,
    createNetServer: net.createServer,
    createSecureServer: http2.createSecureServer,
    createTlsServer: tls.createServer,
    createSecureContext: tls.createSecureContext,
  };
}

export type Modules = Awaited<ReturnType<typeof loadModules>>;
