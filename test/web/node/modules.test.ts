import { expect, test } from "bun:test";
import http from "node:http";
import http2 from "node:http2";
import net from "node:net";
import tls from "node:tls";
import { loadModules } from "../../../src/web/node/modules.ts";

test("the modules' functions are handed over under names that tell them apart", async () => {
  const modules = await loadModules();
  expect(modules.createHttpServer).toBe(http.createServer);
  expect(modules.createNetServer).toBe(net.createServer);
  expect(modules.createSecureServer).toBe(http2.createSecureServer);
  expect(modules.createTlsServer).toBe(tls.createServer);
  expect(modules.createSecureContext).toBe(tls.createSecureContext);
});
