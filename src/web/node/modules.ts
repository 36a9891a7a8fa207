/**
 * Loads the modules for TLS and HTTP/2 only when needed, since they take 17 MB of memory. The bundler would move import
 * statements to the program's start.
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
