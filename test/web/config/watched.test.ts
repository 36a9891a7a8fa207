import { afterAll, afterEach, beforeAll, expect, spyOn, test } from "bun:test";
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ConfigError } from "../../../src/config.ts";
import { createLog } from "../../../src/log.ts";
import { WatchedWebConfig } from "../../../src/web/config/watched.ts";
import { remove, scratchFolder } from "../../helpers/run.ts";

const TLS = "tls_server_config: {cert_file: a.crt, key: k}\n";
const http2 = (isOn: boolean) => `http_server_config: {http2: ${isOn}}\n`;

let folder: string;
let path: string;
const logged: string[] = [];
const checked: string[] = [];
beforeAll(() => {
  folder = scratchFolder("watched");
  path = join(folder, "web.yml");
});
afterAll(() => remove(folder));
afterEach(() => {
  logged.length = checked.length = 0;
  rmSync(path, { force: true });
});

/** Another file takes its place, as `mv` does it: a file of the same size at the same time, too. */
function put(name: string, text: string): void {
  writeFileSync(join(folder, "new"), text);
  renameSync(join(folder, "new"), join(folder, name));
}

function watch(text: string): WatchedWebConfig {
  put("web.yml", text);
  const log = createLog("info", "logfmt", false, (line) => logged.push(line));
  return new WatchedWebConfig(path, ({ cert }) => void checked.push(cert), log);
}

test("a file that is no good at the start is refused", () => {
  expect(() => watch("tls_config: {}")).toThrow(ConfigError);
});

test("a file that stays as it is is read once", () => {
  const watched = watch(http2(false));
  const config = watched.current();
  expect(config.http.http2).toBe(false);
  expect(watched.current()).toBe(config);
  expect([watched.reloadSuccess, logged]).toEqual([1, []]);
});

test("a file that another takes the place of is read again, and the log says so", () => {
  const watched = watch(http2(false));
  put("web.yml", http2(true));
  expect(watched.current().http.http2).toBe(true);
  expect(logged).toHaveLength(1);
  expect(logged[0]).toContain(`msg="web config reloaded" file=${path}`);
});

test("a file that it names is watched too, and no longer when it is named no more", () => {
  put("a.crt", "one");
  const watched = watch(TLS);
  put("a.crt", "two");
  expect(watched.current().tls!.cert).toBe("two");
  put("web.yml", http2(true));
  watched.current();
  put("a.crt", "three");
  watched.current();
  expect(checked).toEqual(["one", "two"]);
  expect(logged).toHaveLength(2);
});

test("of a bad file the settings before it stay; it is tried again each second, and told once", () => {
  const watched = watch(http2(false));
  const config = watched.current();
  let nowMs = 10_000;
  const clock = spyOn(performance, "now").mockImplementation(() => nowMs);
  try {
    put("web.yml", "tls_config: {}");
    expect(watched.current()).toBe(config);
    expect(watched.reloadSuccess).toBe(0);
    expect(logged).toHaveLength(1);
    nowMs += 1000;
    expect(watched.current()).toBe(config);
    expect(logged).toHaveLength(1);
    expect(logged[0]).toContain("level=ERROR");
    expect(logged[0]).toContain("tls_config: unknown key");

    put("web.yml", http2(true));
    nowMs += 999;
    expect(watched.current()).toBe(config);
    nowMs += 1;
    expect(watched.current().http.http2).toBe(true);
    expect(watched.reloadSuccess).toBe(1);
  } finally {
    clock.mockRestore();
  }
});

test("a file that is removed keeps its settings", () => {
  const watched = watch(http2(false));
  rmSync(path);
  expect(watched.current().http.http2).toBe(false);
  expect(watched.reloadSuccess).toBe(0);
});
