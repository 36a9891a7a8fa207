import { afterEach, describe, expect, test } from "bun:test";
import { connect, createServer } from "node:net";
import { ConfigError } from "../../src/config.ts";
import { gauge, single } from "../../src/metrics/metric.ts";
import { createLog } from "../../src/log.ts";
import { type Server, serve } from "../../src/web/server.ts";
import type { Site } from "../../src/web/router.ts";
import { SITE } from "../helpers/site.ts";

const logged: string[] = [];
const log = createLog("debug", "logfmt", false, (line) => logged.push(line));
const servers: Server[] = [];

async function start(site: Partial<Site> = {}, port = 0) {
  const listen = [{ host: "127.0.0.1", port }];
  const server = await serve({ ...SITE, ...site }, { listen }, log);
  servers.push(server);
  return { stop: server.stop, address: server.addresses[0]! };
}

afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
});

describe("serve", () => {
  test("answers on the address it names, as Prometheus asks", async () => {
    const server = await start();
    expect(server.address).toMatch(/^127\.0\.0\.1:\d+$/);
    const response = await fetch(`http://${server.address}/metrics`);
    expect(await response.text()).toContain("user_sessions_up 1\n");
  });

  test("HEAD has the same headers and no body", async () => {
    const { address } = await start();
    const head = await fetch(`http://${address}/metrics`, {
      method: "HEAD",
      headers: { "accept-encoding": "identity" },
    });
    expect(head.status).toBe(200);
    expect(await head.text()).toBe("");
  });

  test("a Host header that makes no URL is a bad request, and nothing to log", async () => {
    const [host, port] = (await start()).address.split(":");
    logged.length = 0;
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(port), host!);
      socket.on("error", reject);
      socket.on("data", (data) => resolve(data.toString()));
      socket.write("GET /metrics HTTP/1.1\r\nHost: [\r\nConnection: close\r\n\r\n");
    });
    expect(answer).toStartWith("HTTP/1.1 400 ");
    expect(logged).toEqual([]);
  });

  test("a request that fails is a plain 500 that shows nothing of the program", async () => {
    const collect = () => Promise.reject(new Error("secret detail"));
    const response = await fetch(`http://${(await start({ collect })).address}/metrics`);
    expect(response.status).toBe(500);
    const text = await response.text();
    expect(text).not.toContain("secret");
    expect(text).not.toContain(".ts");
    expect(logged.at(-1)).toContain('err="secret detail"');
  });

  test("a port in use, and an address of another host, are the user's to put right", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as { port: number };
    await expect(start({}, port)).rejects.toThrow(ConfigError);
    await expect(start({}, port)).rejects.toThrow(`127.0.0.1:${port}: port in use`);
    other.close();
    const foreign = () => serve(SITE, { listen: [{ host: "192.0.2.1", port: 0 }] }, log);
    await expect(foreign()).rejects.toThrow(ConfigError);
    await expect(foreign()).rejects.toThrow("192.0.2.1:0");
  });
});

describe("stop", () => {
  test("lets a request in flight have its answer, and takes no new one", async () => {
    let finish = () => {};
    const started = Promise.withResolvers<void>();
    const collect = async () => {
      started.resolve();
      await new Promise<void>((resolve) => (finish = resolve));
      return [single(gauge("late", "Late."), 1)];
    };
    const server = await start({ collect });
    const scrape = fetch(`http://${server.address}/metrics`);
    await started.promise;
    const stopped = server.stop();
    await expect(fetch(`http://${server.address}/-/healthy`)).rejects.toThrow();
    finish();
    expect(await (await scrape).text()).toContain("user_sessions_late 1");
    await stopped;
  });

  test("does not wait for a request that takes for ever", async () => {
    const started = Promise.withResolvers<void>();
    const collect = () => {
      started.resolve();
      return new Promise<never>(() => {});
    };
    const server = await start({ collect });
    const abort = new AbortController();
    const scrape = fetch(`http://${server.address}/metrics`, { signal: abort.signal }).catch(
      () => "aborted",
    );
    await started.promise;
    // It never comes to an end by itself, so this is over only when it is not waited for.
    await server.stop();
    abort.abort();
    expect(await scrape).toBe("aborted");
  });
});
