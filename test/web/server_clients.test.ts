/** Clients of every kind, over real sockets: old ones, odd ones, and those that do not read. */
import { afterAll, afterEach, describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { type Socket, connect } from "node:net";
import { join } from "node:path";
import { createLog } from "../../src/log.ts";
import { type Family, counter, family, gauge, single } from "../../src/metrics/metric.ts";
import { MAX_UNREAD_ANSWERS, type Site } from "../../src/web/router.ts";
import { type Server, serve } from "../../src/web/server.ts";
import { eventually, remove, scratchFolder } from "../helpers/run.ts";
import { SITE } from "../helpers/site.ts";

const logged: string[] = [];
const log = createLog("debug", "logfmt", false, (line) => logged.push(line));
const servers: Server[] = [];
const sockets: Socket[] = [];

/** An empty web config file changes nothing but what serves. */
const folder = scratchFolder("clients");
const emptyFile = join(folder, "web.yml");
writeFileSync(emptyFile, "");
afterAll(() => remove(folder));

const KINDS = [
  ["without a web config file", undefined],
  ["with a web config file", emptyFile],
] as const;

describe.each(KINDS)("%s", (_name, webConfigFile) => {
  async function start(site: Partial<Site> = {}): Promise<number> {
    const options = { listen: [{ host: "127.0.0.1", port: 0 }], webConfigFile };
    const server = await serve({ ...SITE, ...site }, options, log);
    servers.push(server);
    return Number(server.addresses[0]!.split(":")[1]);
  }

  /** Sends bytes as they are, and gives what came until the server closed, or until `enough`. */
  function ask(port: number, request: string, enough?: RegExp): Promise<string> {
    return new Promise((resolve, reject) => {
      let answer = "";
      const socket = connect(port, "127.0.0.1");
      sockets.push(socket);
      socket.on("error", reject);
      socket.on("data", (data) => {
        answer += data.toString();
        if (enough?.test(answer)) resolve(answer);
      });
      socket.on("close", () => resolve(answer));
      socket.write(request);
    });
  }

  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    for (const server of servers.splice(0)) await server.stop();
    expect(logged.splice(0)).toEqual([]);
  });

  describe("HTTP/1.0", () => {
    test.each(["", "Host: exporter\r\n"])(
      "with the header %p is answered, and closed",
      async (host) => {
        for (const path of [
          "/metrics",
          "/-/healthy",
          "/-/ready",
          "/",
          "/?x=1",
          "/metrics?collect[]=auth",
        ]) {
          const answer = await ask(await start(), `GET ${path} HTTP/1.0\r\n${host}\r\n`);
          expect(answer).toStartWith("HTTP/1.1 200 OK\r\n");
        }
        const lost = await ask(await start(), `GET //metrics HTTP/1.0\r\n${host}\r\n`);
        expect(lost).toStartWith("HTTP/1.1 404 ");
      },
    );

    test("HTTP/1.1 without Host is a bad request", async () => {
      expect(await ask(await start(), "GET / HTTP/1.1\r\n\r\n", /\r\n\r\n/)).toStartWith(
        "HTTP/1.1 400 ",
      );
    });
  });

  describe("methods", () => {
    test.each([
      "POST",
      "PUT",
      "DELETE",
      "CONNECT",
      "OPTIONS",
      "TRACE",
      "PATCH",
      "PROPFIND",
      "QUERY",
    ])("%s is not allowed, with a body or without", async (method) => {
      for (const body of ["", "Content-Length: 3\r\n\r\nabc"]) {
        const head = `${method} /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n`;
        const answer = await ask(await start(), `${head}${body || "\r\n"}`, /\r\n\r\n/);
        expect(answer).toStartWith("HTTP/1.1 405 ");
        expect(answer).toMatch(/^allow: GET, HEAD\r$/im);
      }
    });

    test("a word that is no method ends the connection, and nothing else", async () => {
      const port = await start();
      expect(await ask(port, "NONSENSE /metrics HTTP/1.1\r\nHost: x\r\n\r\n")).not.toContain("200");
      expect(await ask(port, "\0\x01\x02\r\n\r\n")).not.toContain("200");
      expect(await ask(port, "GET / HTTP/1.0\r\n\r\n")).toContain("200 OK");
    });
  });

  describe("answers", () => {
    test.each(["/", "/metrics", "/-/healthy", "/-/ready", "/nowhere"])(
      "%s is nothing to be kept by caches",
      async (path) => {
        const answer = await ask(await start(), `GET ${path} HTTP/1.0\r\n\r\n`);
        expect(answer).toMatch(/^cache-control: no-store\r$/im);
      },
    );

    test("no other site may frame the page, change its base or take what it submits", async () => {
      const answer = await ask(await start(), "GET / HTTP/1.0\r\n\r\n");
      for (const rule of ["frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'"]) {
        expect(answer).toContain(rule);
      }
    });
  });

  describe("clients that send much at once", () => {
    test.each(["/-/ready", "/metrics", "/nowhere", "/metrics?x=1"])(
      "thousands of requests for %s before the first answer: few are looked at",
      async (path) => {
        let looks = 0;
        // The other paths are looked up here as well.
        const site = {
          get telemetryPath() {
            looks++;
            return "/metrics";
          },
        };
        const port = await start(site);
        const request = `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;
        await ask(port, request.repeat(3_000));
        expect(looks).toBeLessThan(16);
        expect(await ask(port, "GET /-/healthy HTTP/1.0\r\n\r\n")).toContain("200 OK");
      },
    );

    test.each([
      ["in chunks", "Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n"],
      ["of a known length", "Content-Length: 60000\r\n\r\nx"],
    ])(
      "a body %s ends the connection with the answer, before all of it is there",
      async (_, rest) => {
        let collections = 0;
        const port = await start({ collect: async () => (collections++, []) });
        for (const path of ["/metrics", "/-/healthy", "/nowhere"]) {
          const answer = await ask(port, `GET ${path} HTTP/1.1\r\nHost: x\r\n${rest}`);
          expect(answer).toStartWith("HTTP/1.1 400 ");
          expect(answer).toMatch(/^connection: close\r$/im);
        }
        expect(await ask(port, `POST / HTTP/1.1\r\nHost: x\r\n${rest}`)).toStartWith(
          "HTTP/1.1 405 ",
        );
        expect(collections).toBe(0);
      },
    );

    test("a body of no bytes is none", async () => {
      const request = "GET /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n";
      expect(await ask(await start(), request, /up 1\n/)).toStartWith("HTTP/1.1 200 OK\r\n");
    });

    test("one request after the other on a connection, each as soon as the answer is there", async () => {
      const port = await start();
      const socket = connect(port, "127.0.0.1");
      sockets.push(socket);
      let answers = 0;
      let text = "";
      const closed = new Promise<void>((resolve) => socket.on("close", () => resolve()));
      const request = "GET /-/healthy HTTP/1.1\r\nHost: x\r\n\r\n";
      socket.on("data", (data) => {
        text += data.toString();
        for (let end; (end = text.indexOf("healthy.\n")) >= 0;) {
          text = text.slice(end + 9);
          if (++answers === 2_000) socket.destroy();
          else socket.write(request);
        }
      });
      socket.write(request);
      await closed;
      expect(answers).toBe(2_000);
    });
  });

  describe("clients that do not read", () => {
    const REQUEST = "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n";

    test("beyond the limit they get 503, health checks do not, and all who wait are answered", async () => {
      const collected = Promise.withResolvers<Family[]>();
      let asked = 0;
      const port = await start({ collect: () => (asked++, collected.promise) });
      const waiting = Array.from({ length: MAX_UNREAD_ANSWERS }, () =>
        ask(port, REQUEST, /up 1\n$/),
      );
      await eventually("the requests to arrive", () => asked === MAX_UNREAD_ANSWERS || undefined);
      for (const path of ["/metrics", "/"]) {
        const refused = await ask(port, `GET ${path} HTTP/1.0\r\n\r\n`);
        expect(refused).toStartWith("HTTP/1.1 503 ");
        expect(refused).toMatch(/^retry-after: \d+\r$/im);
      }
      expect(await ask(port, "GET /-/healthy HTTP/1.0\r\n\r\n")).toStartWith("HTTP/1.1 200 ");
      expect(asked).toBe(MAX_UNREAD_ANSWERS);
      collected.resolve([single(gauge("up", "Up."), 1)]);
      for (const answer of await Promise.all(waiting))
        expect(answer).toStartWith("HTTP/1.1 200 OK");
      expect(await ask(port, "GET /metrics HTTP/1.0\r\n\r\n")).toContain("up 1\n");
    });

    test("an answer counts until it was read; those who share a collection hold one body", async () => {
      // More than the kernel's buffers hold, so that the rest stays with the server.
      const samples = Array.from({ length: 200 }, (_, i) => ({
        labels: { method: `method-${i}`.padEnd(80_000, "x") },
        value: 1,
      }));
      const families = [family(counter("logins_total", "Logins.", "method"), samples)];
      let asked = 0;
      const port = await start({ collect: async () => (asked++, families) });
      // Also renders the body that all the others share.
      expect((await ask(port, "GET /metrics HTTP/1.0\r\n\r\n")).length).toBeGreaterThan(15e6);
      const before = process.memoryUsage.rss();
      for (let i = 0; i < 40; i++) {
        const socket = connect(port, "127.0.0.1");
        sockets.push(socket);
        socket.on("error", () => {}).pause();
        socket.write(REQUEST);
      }
      await eventually("the requests to arrive", () => asked === 41 || undefined);
      expect(servers[0]!.unreadAnswers).toBe(40);
      // 40 copies would be 600 MB.
      expect(process.memoryUsage.rss() - before).toBeLessThan(160e6);
      for (const socket of sockets.splice(0)) socket.destroy();
      await eventually("them to be forgotten", () => servers[0]!.unreadAnswers === 0 || undefined);
    });
  });
});
