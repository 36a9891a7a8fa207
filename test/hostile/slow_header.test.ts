/**
 * A client that sends its request a byte at a time: the runtime ends the connection after some 13 s. (Those of a
 * server with a web config file are ended by our code: see test/web/node/connections.test.ts.)
 */
import { afterEach, expect, setDefaultTimeout, test } from "bun:test";
import { connect } from "node:net";
import { Servers } from "../helpers/exporter.ts";

setDefaultTimeout(120_000);

/** So many bytes, one each half second, take the half minute that a client has at most. */
const BYTES = 60;
const PAUSE_MS = 500;

const servers = new Servers();
afterEach(servers.endAll);

/** How many bytes of a header that has no end were taken before the connection was closed. */
async function bytesTaken(url: string, first: string): Promise<number> {
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  const state = { isClosed: false };
  socket.on("close", () => (state.isClosed = true)).on("error", () => {});
  await new Promise((resolve) => socket.once("connect", resolve));
  socket.write(first);
  let bytes = 0;
  while (!state.isClosed && bytes < BYTES) {
    socket.write("x");
    bytes++;
    await Bun.sleep(PAUSE_MS);
  }
  socket.destroy();
  return bytes;
}

test("a header without an end ends with the connection", async () => {
  const words = ["--web.listen-address=127.0.0.1:0"];
  const serving = await servers.start(words, { env: { BUN_JSC_useJIT: "0" } });
  await serving.ready();
  const starts = ["G", "GET /metrics HTTP/1.1\r\nHost: x\r\nX: "];
  const all = Promise.all(starts.map((start) => bytesTaken(serving.url, start)));
  expect((await serving.get("/metrics")).status).toBe(200);
  for (const bytes of await all) expect(bytes).toBeLessThan(BYTES);
});
