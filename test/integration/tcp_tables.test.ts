/**
 * Connections and listeners of a real sshd and a real VNC server open and close in any order; what a lasting
 * exporter shows, which does not read the tables at each scrape, is compared with a full reading. In a network
 * namespace of its own, where nobody else moves the kernel's counters. It runs with TCP_TABLES=1 only, since it
 * makes network namespaces and addresses.
 */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { type Server, createServer } from "node:net";
import { connectionsCollector } from "../../src/collectors/connections.ts";
import { HostState } from "../../src/collectors/runtime/host_state.ts";
import { Snapshot } from "../../src/collectors/runtime/snapshot.ts";
import { sessionsCollector } from "../../src/collectors/sessions.ts";
import { createLog } from "../../src/log.ts";
import { Root } from "../../src/sources/root.ts";
import { fuzz, type Random } from "../helpers/fuzz.ts";
import { describeWith } from "../helpers/needs.ts";
import {
  Running,
  freePort,
  holdConnection,
  output,
  remove,
  scratchFolder,
} from "../helpers/run.ts";
import { settings } from "../helpers/settings.ts";
import { series } from "../helpers/small_host.ts";
import { SSHD_NEEDS, TestSshd } from "../helpers/sshd.ts";

const NEEDS = [...SSHD_NEEDS, "Xtigervnc", "unshare", "nsenter", "ip"];
const IS_INSIDE = process.env["TCP_TABLES_NAMESPACE"] !== undefined;
const LOOPBACKS = ["127.0.0.1", "::1"];
/** Of this side of a cable to a namespace where clients are. */
const ADDRESSES = ["10.99.0.1", "fd00:99::1"];

/** The X server's sockets are in the file system, which the namespaces share. */
const DISPLAY = `:${1000 + (process.pid % 1000)}`;

/** Some 15 s. */
const CASES = "150";

setDefaultTimeout(120_000);

function newHost(sshPort: number): HostState {
  const log = createLog("error", "logfmt", false, () => {});
  const options = { getent: false, stateDirectory: undefined };
  const ports = settings({ sshPorts: new Set([sshPort]) });
  return new HostState({ root: new Root(), log, settings: ports, ...options });
}

/** What a scrape shows of connections, and how many tables it read. */
async function scrape(host: HostState) {
  const snapshot = new Snapshot(host);
  const families = [
    ...(await connectionsCollector.collect(snapshot)),
    ...(await sessionsCollector.collect(snapshot)),
  ];
  const shown = series(families).filter((line) => !line.startsWith("tcp_tables_read"));
  return { shown: shown.sort(), tablesRead: host.tcpTables.tablesRead };
}

/**
 * Clients, which read commands and answer each with a line. Their ends of the connections move other counters than
 * this namespace's: that one of them hangs up shows here only in the state of the server's end.
 */
const CLIENTS = `
  const { connect } = require("node:net");
  const open = [];
  let answers = 0;
  for await (const line of console) {
    const [command, port, host] = line.split(" ");
    const socket = open[port % open.length];
    if (command === "connect") {
      const client = connect({ port: Number(port), host, allowHalfOpen: true });
      client.on("data", () => {});
      await new Promise((done) => {
        client.on("error", done).once("connect", () => { open.push(client); done(); });
      });
    } else if (command === "all") for (const one of open.splice(0)) one.destroy();
    else socket?.[command]();
    console.log("done " + ++answers + ".");
  }
`;

class Clients {
  private commands = 0;

  private constructor(private readonly running: Running) {}

  static async start(): Promise<Clients> {
    const cable = ["ip link set lo up", "echo $$", "read ready", `exec "$@"`].join("; ");
    const command = ["sh", "-c", cable, "sh", process.execPath, "-e", CLIENTS];
    const running = new Running(["unshare", "--net", ...command]);
    const pid = (await running.says(/^(\d+)\n/)).trim();
    const there = ["nsenter", "-t", pid, "-n", "ip"];
    for (const words of [
      `ip link add cable0 type veth peer name cable1 netns ${pid}`.split(" "),
      "ip addr add 10.99.0.1/24 dev cable0".split(" "),
      "ip addr add fd00:99::1/64 dev cable0 nodad".split(" "),
      "ip link set cable0 up".split(" "),
      [...there, ..."addr add 10.99.0.2/24 dev cable1".split(" ")],
      [...there, ..."addr add fd00:99::2/64 dev cable1 nodad".split(" ")],
      [...there, ..."link set cable1 up".split(" ")],
    ]) {
      await output(words);
    }
    await running.type("\n");
    return new Clients(running);
  }

  async do(command: string): Promise<void> {
    await this.running.type(`${command}\n`);
    await this.running.says(new RegExp(`done ${++this.commands}\\.`));
  }

  async end(): Promise<void> {
    await this.running.end();
  }
}

class Moves {
  private readonly clients: Running[] = [];
  private readonly silent: (() => Promise<void>)[] = [];
  private vnc: Running | undefined;
  private stranger: Server | undefined;
  private readonly stopped = new Set<Running>();

  constructor(
    private readonly sshd: TestSshd,
    private readonly user: string,
    private readonly vncPort: number,
    private readonly viewers: Clients,
  ) {}

  /** @returns what happened */
  async step(random: Random): Promise<string> {
    const loopback = random.pick(LOOPBACKS);
    const address = random.pick(ADDRESSES);
    const viewer = random.below(1000);
    switch (random.below(14)) {
      case 0:
        this.clients.push(await this.sshd.command(this.user, [], loopback));
        return `ssh by ${loopback}`;
      case 1:
        await this.clients.splice(random.below(this.clients.length || 1), 1)[0]?.end();
        return "ssh ends";
      case 2:
        this.silent.push(await holdConnection(this.sshd.port));
        return "a client of sshd that says nothing";
      case 3:
      case 4:
        await this.viewers.do(`connect ${this.vncPort} ${address}`);
        return `a viewer by ${address}`;
      case 5:
        await this.viewers.do(`end ${viewer}`);
        return "a half-close";
      case 6:
        await this.viewers.do(`destroy ${viewer}`);
        return "a viewer goes";
      case 7:
        await this.viewers.do(`resetAndDestroy ${viewer}`);
        return "a viewer resets";
      case 8:
        return this.replaceListener();
      case 9:
      case 10:
        // Its connections wait to be accepted, and stay half open when the client goes.
        return this.toggle(this.vnc);
      default:
        await this.viewers.do("all");
        await Promise.all(this.silent.splice(0).map((close) => close()));
        await Promise.all(this.clients.splice(0).map((client) => client.end()));
        return "all clients go";
    }
  }

  /** A VNC server, another program on its port, or none. */
  private async replaceListener(): Promise<string> {
    if (this.vnc) {
      this.resume(this.vnc);
      await this.vnc.end();
      this.vnc = undefined;
      this.stranger = createServer({ allowHalfOpen: true }, (socket) =>
        socket.on("error", () => {}),
      );
      const stranger = this.stranger;
      await new Promise<void>((resolve, reject) => {
        stranger.once("error", reject).listen(this.vncPort, "::", resolve);
      });
      return "another program on the VNC server's port";
    }
    if (this.stranger) {
      // Its connections stay.
      this.stranger.close();
      this.stranger = undefined;
      return "nobody on that port";
    }
    const words = [
      "-rfbport",
      String(this.vncPort),
      "-SecurityTypes",
      "None",
      "-geometry",
      "64x64",
    ];
    this.vnc = new Running(["Xtigervnc", DISPLAY, ...words]);
    await this.vnc.says(/Listening for VNC connections on/);
    return "a VNC server";
  }

  private async toggle(server: Running | undefined): Promise<string> {
    if (!server) return "";
    if (this.resume(server)) return "the VNC server goes on";
    server.signal("SIGSTOP");
    this.stopped.add(server);
    return "the VNC server stops";
  }

  private resume(server: Running): boolean {
    if (!this.stopped.delete(server)) return false;
    server.signal("SIGCONT");
    return true;
  }

  async end(): Promise<void> {
    await this.viewers.end();
    this.stranger?.close();
    if (this.vnc) this.resume(this.vnc);
    await this.vnc?.end();
  }
}

if (!IS_INSIDE && process.env["TCP_TABLES"] !== undefined) {
  describeWith(NEEDS, "connections of a real sshd and a real VNC server", () => {
    test("show as a full reading shows them, in whatever order they open and close", async () => {
      const inside = `ip link set lo up; exec ${process.execPath} test --timeout 120000 ${import.meta.path}`;
      const text = await output(["unshare", "--net", "sh", "-c", `${inside} 2>&1`], {
        env: { CASES, ...(process.env as Record<string, string>), TCP_TABLES_NAMESPACE: "1" },
        timeoutMs: 100_000,
      });
      console.log(/^(fuzz: .*|scrapes .*)$/gm.exec(text)?.[0]);
      expect(text).toMatch(/\b1 pass\n 0 fail\n/);
    });
  });
} else if (IS_INSIDE) {
  let sshd: TestSshd;
  let folder: string;
  let moves: Moves;

  beforeAll(async () => {
    folder = scratchFolder("tcp");
    sshd = await TestSshd.start();
  });
  afterAll(async () => {
    await moves?.end();
    await sshd?.stop();
    remove(folder);
  });

  test("in a namespace", async () => {
    const { name } = await sshd.addUser("a");
    moves = new Moves(sshd, name, await freePort(), await Clients.start());
    const lasting = newHost(sshd.port);
    const steps: string[] = [];
    const most = { ssh: 0, vnc: 0, skipped: 0, scrapes: 0 };
    await fuzz("connections", async (random) => {
      for (let i = random.below(3); i > 0; i--) steps.push(await moves.step(random));
      await Bun.sleep(20);
      const seen = await scrape(lasting);
      const full = await scrape(newHost(sshd.port));
      const after = `after ${steps.slice(-8).join("; ")}: `;
      expect(after + seen.shown.join("\n")).toBe(after + full.shown.join("\n"));
      const valueOf = (metric: string) =>
        Number(full.shown.find((line) => line.startsWith(`${metric}{`))?.split(" ")[1]);
      most.ssh = Math.max(most.ssh, valueOf("ssh_connections"));
      most.vnc = Math.max(most.vnc, valueOf("vnc_connections"));
      most.scrapes++;
      if (seen.tablesRead === 0) most.skipped++;
    });
    console.log(`scrapes ${JSON.stringify(most)}`);
    expect(Math.min(most.ssh, most.vnc, most.skipped)).toBeGreaterThan(0);
  });
} else {
  test.skip("connections of a real sshd and a real VNC server (skipped: TCP_TABLES=1 asks for it)", () => {});
}
