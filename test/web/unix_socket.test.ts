/** Serving on Unix sockets in the file system. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { type Server as NetServer, createServer } from "node:net";
import { existsSync, mkdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ConfigError } from "../../src/config.ts";
import { createLog } from "../../src/log.ts";
import { type Server, serve } from "../../src/web/server.ts";
import { remove, run, scratchFolder } from "../helpers/run.ts";
import { SITE } from "../helpers/site.ts";

const log = createLog("debug", "logfmt", false, () => undefined);
let folder: string;
let servers: Server[] = [];
const others: NetServer[] = [];

beforeAll(() => {
  folder = scratchFolder("unix");
  writeFileSync(join(folder, "web.yml"), "");
});
afterAll(() => remove(folder));
afterEach(async () => {
  for (const server of servers) await server.stop();
  servers = [];
  for (const server of others.splice(0)) server.close();
});

describe.each([
  ["without a web config file", ""],
  ["with one", "web.yml"],
])("a Unix socket, %s", (_name, config) => {
  async function start(path: string, mode = 0o660): Promise<Server> {
    const webConfigFile = config === "" ? undefined : join(folder, config);
    const server = await serve(SITE, { listen: [{ path, mode }], webConfigFile }, log);
    servers.push(server);
    return server;
  }
  const get = (path: string) => fetch("http://localhost/metrics", { unix: path });
  let number = 0;
  const fresh = () => join(folder, `${config}${++number}.sock`);

  test("answers", async () => {
    const path = fresh();
    const { addresses } = await start(path);
    expect(addresses).toEqual([`unix:${path}`]);
    expect(await (await get(path)).text()).toContain("user_sessions_up 1\n");
  });

  test.each([0o000, 0o022, 0o077, 0o777])("has its mode whatever the umask: %o", async (umask) => {
    const before = process.umask(umask);
    try {
      for (const mode of [0o660, 0o600, 0o666]) {
        const path = fresh();
        await start(path, mode);
        expect(statSync(path).mode & 0o777).toBe(mode);
        expect(process.umask()).toBe(umask);
      }
    } finally {
      process.umask(before);
    }
  });

  test("of a copy that was killed is taken over", async () => {
    const path = fresh();
    const holder = `require("net").createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, "SIGKILL"))`;
    await run([process.execPath, "-e", holder]);
    expect(statSync(path).isSocket()).toBe(true);
    await start(path);
    expect((await get(path)).status).toBe(200);
  });

  test("of a copy that lives is left to it", async () => {
    const path = fresh();
    await start(path);
    await expect(start(path)).rejects.toThrow(ConfigError);
    await expect(start(path)).rejects.toThrow(`can't listen on unix:${path}: socket in use`);
    expect((await get(path)).status).toBe(200);
  });

  test("of a server that answers nobody is left to it, too", async () => {
    const path = fresh();
    const other = createServer((socket) => socket.destroy());
    others.push(other);
    await new Promise<void>((resolve) => other.listen(path, resolve));
    await expect(start(path)).rejects.toThrow("socket in use");
  });

  test("whatever else stands there is refused, and left alone", async () => {
    const file = fresh();
    writeFileSync(file, "precious");
    await expect(start(file)).rejects.toThrow("not a socket");
    expect(existsSync(file)).toBe(true);
    const below = fresh();
    mkdirSync(below);
    await expect(start(below)).rejects.toThrow("not a socket");
    const link = fresh();
    symlinkSync(file, link);
    await expect(start(link)).rejects.toThrow("not a socket");
    expect(existsSync(link)).toBe(true);
  });

  test("in a folder that is not there is one line", async () => {
    const path = join(folder, "none/m.sock");
    await expect(start(path)).rejects.toThrow(ConfigError);
    await expect(start(path)).rejects.toThrow(`can't listen on unix:${path}: `);
  });

  test("can be had beside a port, and both are answered", async () => {
    const path = fresh();
    const listen = [
      { path, mode: 0o660 },
      { host: "127.0.0.1", port: 0 },
    ];
    const webConfigFile = config === "" ? undefined : join(folder, config);
    const server = await serve(SITE, { listen, webConfigFile }, log);
    servers.push(server);
    expect((await get(path)).status).toBe(200);
    expect((await fetch(`http://${server.addresses[1]}/metrics`)).status).toBe(200);
  });
});
