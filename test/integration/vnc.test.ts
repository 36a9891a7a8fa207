/** A real Xtigervnc with and without viewers. */
import { afterAll, afterEach, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync } from "node:fs";
import { copyExporter, exporter } from "../helpers/exporter.ts";
import { parseMetrics } from "../helpers/metrics_text.ts";
import { describeWith } from "../helpers/needs.ts";
import { socketsTo } from "../helpers/oracle.ts";
import { expectLines, sessionLines } from "../helpers/rows.ts";
import { Running, freePort, holdConnection, remove, scratchFolder } from "../helpers/run.ts";

setDefaultTimeout(30_000);

const NEEDS = ["root", "Xtigervnc", "setpriv", "ss"];

describeWith(NEEDS, "a real VNC server", () => {
  const display = freeDisplay();
  const port = 5900 + display;
  let folder: string;
  let path: string;
  let server: Running;
  let closeViewers: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    folder = scratchFolder("vnc");
    path = copyExporter(folder);
    server = await startServer(display, folder);
  });
  afterEach(async () => {
    await Promise.all(closeViewers.map((close) => close()));
    closeViewers = [];
  });
  afterAll(async () => {
    await server?.end();
    remove(folder);
  });

  const view = async (address: string) => {
    closeViewers.push(await holdConnection(port, { address }));
  };
  const lines = (user?: string) => () =>
    sessionLines(({ tty }) => tty === `vnc:${display}`, { path, cwd: "/", as: user });
  const connections = async () => {
    const { stdout } = await exporter(["metrics"], { path });
    return parseMetrics(stdout).value("user_sessions_vnc_connections")!;
  };

  test("no viewer is no session", async () => {
    expect(await lines()()).toEqual([]);
  });

  test("each viewer is a session of the desktop's owner", async () => {
    const before = await connections();
    await view("127.0.0.1");
    await expectLines(lines(), [`nobody vnc vnc:${display} 127.0.0.1`]);
    await view("127.0.0.2");
    const both = [`nobody vnc vnc:${display} 127.0.0.1`, `nobody vnc vnc:${display} 127.0.0.2`];
    await expectLines(lines(), both);
    expect((await connections()) - before).toBe(2);
    expect(await socketsTo(port)).toHaveLength(2);
  });

  test("the owner and the viewers are found without rights", async () => {
    await view("127.0.0.2");
    // Another user than the owner, for whom the server's files are closed.
    await expectLines(lines("daemon"), [`nobody vnc vnc:${display} 127.0.0.2`]);
  });

  test("two viewers from one address are one series with the value 2", async () => {
    await Promise.all([view("127.0.0.1"), view("127.0.0.1")]);
    const labels = { tty: `vnc:${display}`, username: "nobody", session_type: "vnc" };
    const { stdout } = await exporter(["metrics"], { path });
    const metrics = parseMetrics(stdout);
    expect(metrics.value("user_sessions_session_active", labels)).toBe(2);
    expect(metrics.value("user_sessions_remote_connections")).toBe(
      metrics.value("user_sessions_vnc_connections")! +
        metrics.value("user_sessions_ssh_connections")!,
    );
  });

  test("a server on another port than its display's", async () => {
    const otherDisplay = freeDisplay(display + 1);
    const otherPort = await freePort();
    const other = await startServer(otherDisplay, folder, [`-rfbport=${otherPort}`]);
    const close = await holdConnection(otherPort, { address: "127.0.0.3" });
    await expectLines(
      () => sessionLines(({ from_ip }) => from_ip === "127.0.0.3"),
      [`nobody vnc vnc:${otherDisplay} 127.0.0.3`],
    );
    await close();
    await other.end();
  });

  test("an outgoing connection that leaves from a VNC port is none", async () => {
    const before = await connections();
    const peer = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
    closeViewers.push(await holdConnection(peer.port, { port: 5900 + freeDisplay(display + 1) }));
    expect(await connections()).toBe(before);
    peer.stop(true);
  });
});

/** A display number that no X server has, and whose VNC port nobody uses. */
function freeDisplay(from = 10): number {
  for (let display = from; display < 100; display++) {
    const taken = [`/tmp/.X${display}-lock`, `/tmp/.X11-unix/X${display}`];
    if (!taken.some((path) => existsSync(path))) return display;
  }
  throw new Error("no display is free");
}

/** As nobody, who has no rights and no session. */
async function startServer(
  display: number,
  folder: string,
  port: readonly string[] = [],
): Promise<Running> {
  const words = ["-interface", "127.0.0.1", "-SecurityTypes", "None", "-geometry", "64x64"];
  const server = new Running(["Xtigervnc", `:${display}`, ...words, ...port], {
    as: "nobody",
    cwd: folder,
  });
  await server.says(/Listening for VNC connections on/);
  return server;
}
