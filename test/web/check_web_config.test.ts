import { afterAll, beforeAll, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { ConfigError } from "../../src/config.ts";
import { checkWebConfig } from "../../src/web/check_web_config.ts";
import { remove, scratchFolder } from "../helpers/run.ts";

let folder: string;
beforeAll(() => (folder = scratchFolder("check-web-config")));
afterAll(() => remove(folder));

function write(text: string): string {
  const path = join(folder, "web.yml");
  writeFileSync(path, text);
  return path;
}

test("a file that the server would take is good", async () => {
  await expect(checkWebConfig(write("rate_limit: {interval: 1s, burst: 5}"))).resolves.toBe(
    undefined,
  );
});

test.each([
  ["an unknown section", "tls_config: {}", "tls_config: unknown key"],
  ["a file that is no certificate", "tls_server_config: {cert: x, key: x}", "can't use the cert"],
])("%s is refused, as when the server starts", async (_name, text, reason) => {
  const checked = checkWebConfig(write(text));
  await expect(checked).rejects.toThrow(ConfigError);
  await expect(checked).rejects.toThrow(reason);
});
