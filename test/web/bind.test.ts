import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { statSync } from "node:fs";
import { join } from "node:path";
import { ConfigError } from "../../src/config.ts";
import { bindTcp, bindUnix, hostPort } from "../../src/web/bind.ts";
import { remove, scratchFolder } from "../helpers/run.ts";

/** Fails for each host as the kernel would, with the code that is given for it. */
function listening(codes: Record<string, string>) {
  const tried: string[] = [];
  const open = async (host: string) => {
    tried.push(host);
    if (host in codes) throw Object.assign(new Error("failed"), { code: codes[host] });
    return `listens on ${host}`;
  };
  return { tried, open };
}

describe("bindTcp", () => {
  test("without a host it listens on IPv6, which takes IPv4 too", async () => {
    const { tried, open } = listening({});
    expect(await bindTcp({ host: undefined, port: 1 }, open)).toBe("listens on ::");
    expect(tried).toEqual(["::"]);
  });

  test("without a host it listens on IPv4 where the kernel has no IPv6", async () => {
    const { tried, open } = listening({ "::": "EAFNOSUPPORT" });
    expect(await bindTcp({ host: undefined, port: 1 }, open)).toBe("listens on 0.0.0.0");
    expect(tried).toEqual(["::", "0.0.0.0"]);
  });

  test("a port that is in use by IPv6 is not tried for IPv4, where it may be free", async () => {
    const { tried, open } = listening({ "::": "EADDRINUSE" });
    const bound = bindTcp({ host: undefined, port: 80 }, open);
    await expect(bound).rejects.toThrow("can't listen on :80: port in use");
    expect(tried).toEqual(["::"]);
  });

  test.each([
    ["EACCES", "permission denied: want a port above 1023"],
    ["EADDRINUSE", "port in use: stop what uses it"],
    ["ENOTFOUND", "host name not found: want an address of this host"],
    ["EAI_AGAIN", "host name not found: want an address of this host"],
    ["EADDRNOTAVAIL", "want an address of this host"],
  ])("%s is the user's to put right: %s", async (code, why) => {
    const { tried, open } = listening({ "192.0.2.1": code });
    const bound = bindTcp({ host: "192.0.2.1", port: 80 }, open);
    await expect(bound).rejects.toThrow(ConfigError);
    await expect(bound).rejects.toThrow("can't listen on 192.0.2.1:80: ");
    await expect(bound).rejects.toThrow(why);
    expect(tried).toEqual(["192.0.2.1"]);
  });
});

describe("bindUnix", () => {
  let folder: string;
  beforeAll(() => (folder = scratchFolder("bind")));
  afterAll(() => remove(folder));

  const open = (path: string) => Bun.listen({ unix: path, socket: { data() {} } });

  test("gives the listener, with the mode on its file", async () => {
    const path = join(folder, "socket");
    const listener = await bindUnix({ path, mode: 0o640 }, () => open(path));
    expect(statSync(path).mode & 0o777).toBe(0o640);
    listener.stop(true);
  });

  test("a path that can't be listened on is the user's to put right", async () => {
    const path = join(folder, "nowhere/socket");
    const bound = bindUnix({ path, mode: 0o600 }, () => open(path));
    await expect(bound).rejects.toThrow(ConfigError);
    await expect(bound).rejects.toThrow(
      /^can't listen on unix:.*nowhere.*: want a path in a folder/,
    );
  });
});

test.each([
  ["127.0.0.1", 10041, "127.0.0.1:10041"],
  ["::1", 10041, "[::1]:10041"],
  ["localhost", 1, "localhost:1"],
  [undefined, 10041, ":10041"],
])("%p and %p are written %s", (host, port, text) => {
  expect(hostPort(host, port)).toBe(text);
});
