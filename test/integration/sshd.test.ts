/** A real sshd and its sessions, as the exporter shows them and as the host's own tools do. */
import { afterAll, afterEach, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { exporter } from "../helpers/exporter.ts";
import { parseMetrics } from "../helpers/metrics_text.ts";
import { describeWith, lacking } from "../helpers/needs.ts";
import { processes, socketsTo, whoLines } from "../helpers/oracle.ts";
import { expectLines, sessionLines } from "../helpers/rows.ts";
import { eventually, freePort, holdConnection } from "../helpers/run.ts";
import { SSHD_NEEDS, TestSshd, hasIpv6Loopback } from "../helpers/sshd.ts";
import { provideUtmp } from "../helpers/utmp.ts";

setDefaultTimeout(60_000);

/** Whoever tests may be logged in as root here: the test's own root comes from this address. */
const ROOT_ADDRESS = "127.0.0.77";

describeWith([...SSHD_NEEDS, "who"], "sessions of a real sshd", () => {
  let sshd: TestSshd;
  let alice: string;
  let bob: { name: string; password: string };
  let removeUtmp: (() => void) | undefined;

  beforeAll(async () => {
    removeUtmp = await provideUtmp();
    sshd = await TestSshd.start();
    alice = (await sshd.addUser("a")).name;
    bob = await sshd.addUser("b");
  });
  afterEach(() => sshd.endClients());
  afterAll(async () => {
    await sshd?.stop();
    removeUtmp?.();
  });

  const environment = () => ({ SSH_PORTS: String(sshd.port) });
  const lines = () =>
    sessionLines(
      ({ username, from_ip }) =>
        username === alice || username === bob.name || from_ip === ROOT_ADDRESS,
      { env: environment() },
    );
  const metrics = async () => {
    const { stdout } = await exporter(["metrics"], { env: environment() });
    return parseMetrics(stdout);
  };
  const connections = async () => (await metrics()).value("user_sessions_ssh_connections");

  test("a login with a terminal", async () => {
    const { tty } = await sshd.login(alice);
    await expectLines(lines, [`${alice} terminal ${tty} 127.0.0.1`]);
  });

  test("a command, sftp and a tunnel, none with a terminal", async () => {
    const opens = [() => sshd.command(alice), () => sshd.sftp(alice), () => sshd.tunnel(alice)];
    for (const open of opens) {
      await open();
      await expectLines(lines, [`${alice} ssh-npty - 127.0.0.1`]);
      await sshd.endClients();
    }
    await expectLines(lines, []);
  });

  test("two tunnels from one address are two sessions in one series", async () => {
    await Promise.all([sshd.tunnel(alice), sshd.tunnel(alice)]);
    const line = `${alice} ssh-npty - 127.0.0.1`;
    await expectLines(lines, [line, line]);
    const active = (await metrics()).series("user_sessions_session_active", { username: alice });
    expect(active.map(({ value }) => value)).toEqual([2]);
  });

  test("two terminals and a command over one connection are two sessions", async () => {
    const control = join(sshd.folder, "control");
    const first = await sshd.login(alice, ["-M", "-S", control]);
    const second = await sshd.login(alice, ["-S", control]);
    await sshd.command(alice, ["-S", control]);
    await expectLines(lines, [
      `${alice} terminal ${first.tty} 127.0.0.1`,
      `${alice} terminal ${second.tty} 127.0.0.1`,
    ]);
    expect(await connections()).toBe(1);
  });

  test("connections from two addresses", async () => {
    const { tty } = await sshd.login(alice, ["-b", "127.0.0.2"]);
    await sshd.command(alice, ["-b", "127.0.0.3"]);
    await expectLines(lines, [
      `${alice} terminal ${tty} 127.0.0.2`,
      `${alice} ssh-npty - 127.0.0.3`,
    ]);
  });

  test.skipIf(!hasIpv6Loopback())("a connection over IPv6", async () => {
    const { tty } = await sshd.login(alice, [], "::1");
    await sshd.command(bob.name, [], "::1");
    await expectLines(lines, [`${alice} terminal ${tty} ::1`, `${bob.name} ssh-npty - ::1`]);
    expect(await connections()).toBe(2);
  });

  test("root, with a terminal and without", async () => {
    const { tty } = await sshd.login("root", ["-b", ROOT_ADDRESS]);
    await sshd.command("root", ["-b", ROOT_ADDRESS]);
    await expectLines(lines, [
      `root terminal ${tty} ${ROOT_ADDRESS}`,
      `root ssh-npty - ${ROOT_ADDRESS}`,
    ]);
  });

  test("su inside a session does not change its user", async () => {
    const { client, tty } = await sshd.login(alice);
    await client.type(`su ${bob.name} -c 'echo now-$(id -un); exec sleep 300'\n`);
    await client.says(/Password:/);
    await client.type(`${bob.password}\n`);
    await client.says(new RegExp(`now-${bob.name}`));
    await expectLines(lines, [`${alice} terminal ${tty} 127.0.0.1`]);
  });

  test.skipIf(lacking(["tmux"]) !== undefined)("tmux inside a session is no session", async () => {
    const { client, tty } = await sshd.login(alice);
    const socket = join(sshd.folder, "a", "tmux");
    await client.type(`tmux -S ${socket} new-session 'tty > ${socket}.tty; exec sleep 300'\n`);
    await eventually("the terminal of tmux", () => existsSync(`${socket}.tty`) || undefined);
    await expectLines(lines, [`${alice} terminal ${tty} 127.0.0.1`]);
    await client.end();
    await expectLines(lines, []);
    const detached = (await processes()).filter(({ user }) => user === alice);
    expect(detached.map(({ args }) => args).join("\n")).toContain("tmux");
  });

  test("a client that has not logged in is a connection, but no session", async () => {
    const close = await holdConnection(sshd.port);
    expect(await connections()).toBe(1);
    expect(await lines()).toEqual([]);
    await close();
  });

  test("an outgoing connection that leaves from an SSH port is none", async () => {
    const local = await freePort();
    const server = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
    const close = await holdConnection(server.port, { port: local });
    const env = { SSH_PORTS: `${sshd.port},${local}` };
    const { stdout } = await exporter(["metrics"], { env });
    expect(parseMetrics(stdout).value("user_sessions_ssh_connections")).toBe(0);
    await close();
    server.stop(true);
  });

  test("everything at once is what ss, ps and who say", async () => {
    const control = join(sshd.folder, "control-all");
    await sshd.login(alice, ["-M", "-S", control]);
    await sshd.login(alice, ["-S", control, "-b", "127.0.0.2"]);
    await sshd.login(bob.name, ["-b", "127.0.0.3"]);
    await sshd.login("root", ["-b", ROOT_ADDRESS]);
    await Promise.all([
      sshd.command(alice, ["-b", "127.0.0.4"]),
      sshd.sftp(bob.name),
      sshd.tunnel(bob.name),
      sshd.tunnel(bob.name),
    ]);
    const closePreAuth = await holdConnection(sshd.port, { address: "127.0.0.5" });
    const expected = await eventually("8 sessions in what the tools say", async () => {
      const sessions = await sessionsByTools(sshd.port);
      return sessions.length === 8 ? sessions : undefined;
    });
    await expectLines(lines, expected);

    const now = await metrics();
    expect(now.value("user_sessions_ssh_connections")).toBe((await socketsTo(sshd.port)).length);
    const terminals = expected
      .filter((line) => line.includes(" terminal "))
      .map((line) => line.replace(" terminal", ""));
    const users = [alice, bob.name, "root"];
    const who = (await whoLines(users)).filter((line) => terminals.includes(line));
    expect(who).toEqual(terminals.sort());
    const active = now
      .series("user_sessions_session_active")
      .filter(({ labels }) => users.includes(labels["username"]!));
    const ours = active.filter(
      ({ labels }) => labels["username"] !== "root" || labels["from_ip"] === ROOT_ADDRESS,
    );
    expect(ours.reduce((sum, { value }) => sum + value, 0)).toBe(expected.length);
    await closePreAuth();
  });
});

/**
 * The sessions on an SSH port, from the titles that ps shows and the addresses that ss has for the same
 * processes. There is a line for each terminal in a title, or one for a title without.
 */
async function sessionsByTools(port: number): Promise<string[]> {
  const sockets = await socketsTo(port);
  return (await processes())
    .flatMap(({ user, pid, args }) => {
      const title = /^sshd(?:-session)?: ([^@ [\]]+)(?:@(\S+))?$/.exec(args);
      const socket = sockets.find(({ pids }) => pids.includes(pid));
      if (!title || !socket) return [];
      const ttys = title[2]?.startsWith("pts/") ? title[2].split(",") : [];
      if (ttys.length === 0) return [`${user} ssh-npty - ${socket.peer}`];
      return ttys.map((tty) => `${user} terminal ${tty} ${socket.peer}`);
    })
    .sort();
}
