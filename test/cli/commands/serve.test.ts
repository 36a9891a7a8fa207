import { expect, test } from "bun:test";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { authLogLine } from "../../helpers/attempt_lines.ts";
import { MAIN } from "../../helpers/program.ts";
import { eventually } from "../../helpers/run.ts";
import { SmallHost } from "../../helpers/small_host.ts";

/** A server of a small host, once it listens; it is ended with the block that says `using`. */
async function serving(host: SmallHost, ...more: string[]) {
  const words = ["--web.listen-address=127.0.0.1:1", "--path.rootfs", host.folder, ...more];
  const child = Bun.spawn([process.execPath, MAIN, ...words], {
    env: { PORT: "0" },
    stderr: "pipe",
  });
  let log = "";
  for await (const chunk of child.stderr) {
    log += Buffer.from(chunk).toString();
    if (log.includes("listening on")) break;
  }
  const [, address] = /msg="listening on" address=(127\.0\.0\.1:\d+)/.exec(log)!;
  return {
    child,
    get: (path: string) => fetch(`http://${address}${path}`),
    [Symbol.dispose]: () => child.kill("SIGKILL"),
  };
}

test("takes PORT, says where it listens, saves its state at SIGTERM and ends with code 0", async () => {
  using host = new SmallHost();
  const state = `${host.folder}/state`;
  mkdirSync(state);
  host.write("/var/log/auth.log", "");
  using server = await serving(host, `--state.directory=${state}`);
  expect((await server.get("/-/healthy")).status).toBe(200);
  await eventually("the first collection", async () =>
    (await server.get("/-/ready")).ok ? true : undefined,
  );
  rmSync(`${state}/auth.json`, { force: true });
  const startMs = performance.now();
  server.child.kill("SIGTERM");
  expect(await server.child.exited).toBe(0);
  expect(existsSync(`${state}/auth.json`)).toBe(true);
  // At once, on however slow a machine: systemd gives it 90 s.
  expect(performance.now() - startMs).toBeLessThan(10_000);
});

test("its page adds up failures of addresses that are shown as one", async () => {
  using host = new SmallHost();
  const failures = [1, 2, 2].map((n) =>
    authLogLine(
      Date.now(),
      n,
      `Failed password for invalid user eve from 192.0.2.${n} port 1 ssh2`,
    ),
  );
  host.write("/var/log/auth.log", failures.join(""));
  using server = await serving(host, "--privacy.from-ip=prefix");
  const page = await eventually("the failures", async () => {
    const text = await (await server.get("/")).text();
    return text.includes("192.0.2.0/24") ? text : undefined;
  });
  expect(page).not.toContain("192.0.2.1");
  expect(page).toMatch(/<td class="">192\.0\.2\.0\/24<\/td>\s*<td class="number">3<\/td>/);
});
